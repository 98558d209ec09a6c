import { S3Error } from "../wire/s3-error.ts"

const MAX_PAGE = 1000

/** The first entries, as many as were asked for and S3 gives at most, and the one that comes next if there is one. */
export function cutPage<T>(entries: Iterable<T>, asked: string | null): { page: T[]; next: T | undefined } {
  const limit = asked === null ? MAX_PAGE : Number(asked)
  if (!Number.isSafeInteger(limit) || limit < 0 || asked === "")
    throw new S3Error(400, "InvalidArgument", `a page of ${asked} entries`)
  const page: T[] = []
  if (limit === 0) return { page, next: undefined }
  for (const entry of entries) {
    if (page.length === Math.min(limit, MAX_PAGE)) return { page, next: entry }
    page.push(entry)
  }
  return { page, next: undefined }
}
