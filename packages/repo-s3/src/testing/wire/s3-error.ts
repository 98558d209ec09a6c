import { writeXml } from "./write-xml.ts"

/** An answer that says no, as S3 would say it. */
export class S3Error extends Error {
  readonly status: number
  readonly code: string
  /** Headers that go with it, such as `x-amz-delete-marker`. */
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message)
    this.status = status
    this.code = code
    this.headers = headers
  }
}

/** The document that tells of an error; it has no namespace, other than all other answers. */
export function writeErrorXml({ code, message }: S3Error, requestId: string, nowMs: number): string {
  return writeXml([
    "Error",
    [
      ["Code", code],
      ["Message", message],
      ["RequestId", requestId],
      ["HostId", "fake-s3"],
      // Clients correct their clocks by it.
      ["ServerTime", code === "RequestTimeTooSkewed" ? new Date(nowMs).toISOString() : undefined],
    ],
  ])
}
