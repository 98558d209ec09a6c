import type { IncomingMessage } from "node:http"
import type { RequestTarget } from "./name-operation.ts"

const VIRTUAL_HOST = /^(.+)\.localhost(?::\d+)?$/

/**
 * What a request is about: `/bucket/key`, or `/key` of the host `bucket.localhost`. Dots in a key are part of it, so
 * no URL is made of the path.
 */
export function parseTarget(request: IncomingMessage): RequestTarget {
  const [path, search] = splitUrl(request.url ?? "/")
  const whole = decodePath(path).slice(1)
  const virtual = VIRTUAL_HOST.exec(request.headers.host ?? "")?.[1]
  const slash = whole.indexOf("/")
  const pathBucket = slash < 0 ? whole : whole.slice(0, slash)
  const pathKey = slash < 0 ? "" : whole.slice(slash + 1)
  return {
    method: request.method ?? "GET",
    bucketName: virtual ?? pathBucket,
    key: virtual === undefined ? pathKey : whole,
    query: new URLSearchParams(search),
    copies: "x-amz-copy-source" in request.headers,
  }
}

export function splitUrl(url: string): [path: string, search: string] {
  const mark = url.indexOf("?")
  return mark < 0 ? [url, ""] : [url.slice(0, mark), url.slice(mark + 1)]
}

/** Reads the escapes of a path; one that is broken stays as it is, and fails at the signature. */
export function decodePath(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
