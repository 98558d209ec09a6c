import type { ServerResponse } from "node:http"
import type { S3Fault } from "./s3-fault.ts"
import type { S3Answer } from "./wire/s3-request.ts"

export interface AnswerLook {
  readonly requestId: string
  readonly nowMs: number
  readonly fault: S3Fault | undefined
}

/** Sends an answer, as whole as its fault lets it be; says how many bytes of its body it sends. */
export function sendAnswer(
  response: ServerResponse,
  answer: S3Answer,
  { requestId, nowMs, fault }: AnswerLook,
): number {
  const whole = answer.body ?? new Uint8Array()
  const keepBytes = fault?.kind === "wrong-length" ? (fault.keepBytes ?? whole.length >> 1) : whole.length
  const body = whole.subarray(0, keepBytes)
  const isHead = response.req.method === "HEAD"
  const hasBody = !isHead && answer.status !== 204 && answer.status !== 304
  response.sendDate = false
  response.setHeader("Date", new Date(nowMs).toUTCString())
  response.setHeader("Server", "fake-s3")
  response.setHeader("x-amz-request-id", requestId)
  for (const [name, value] of Object.entries(answer.headers ?? {}))
    if (value !== undefined) response.setHeader(name, value)
  if (hasBody || isHead) response.setHeader("Content-Length", body.length)
  response.writeHead(answer.status)
  if (!hasBody) {
    response.end()
    return 0
  }
  if (fault?.kind !== "cut" || fault.afterBytes >= body.length) {
    response.end(body)
    return body.length
  }
  response.flushHeaders()
  if (fault.afterBytes === 0) setImmediate(() => response.destroy())
  else response.write(body.subarray(0, fault.afterBytes), () => response.destroy())
  return fault.afterBytes
}
