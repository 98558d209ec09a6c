import { S3Error } from "../wire/s3-error.ts"
import type { ObjectVersion } from "./object-version.ts"

export type LockMode = "GOVERNANCE" | "COMPLIANCE"

/** How long a version is kept from everybody. */
export interface Retention {
  readonly mode: LockMode
  readonly untilMs: number
}

/** What a bucket gives to versions that bring no retention of their own. */
export interface DefaultRetention {
  readonly mode: LockMode
  readonly days: number
}

const DAY_MS = 86_400_000

export function startRetention({ mode, days }: DefaultRetention, nowMs: number): Retention {
  return { mode, untilMs: nowMs + days * DAY_MS }
}

/**
 * Reads a retention that somebody asks for.
 * @throws S3Error `InvalidArgument` for an unknown mode, no date or one in the past
 */
export function parseRetention(mode: string | undefined, until: string | undefined, nowMs: number): Retention {
  if (mode !== "GOVERNANCE" && mode !== "COMPLIANCE")
    throw new S3Error(400, "InvalidArgument", `Unknown wormMode directive: ${mode}`)
  const untilMs = Date.parse(until ?? "")
  if (!(untilMs > nowMs))
    throw new S3Error(400, "InvalidArgument", `The retain until date must be in the future, not ${until}`)
  return { mode, untilMs }
}

/** @throws S3Error `AccessDenied` if the version is locked and the caller may not or does not say that he bypasses it */
export function refuseIfLocked({ retention, held }: ObjectVersion, bypass: boolean, nowMs: number): void {
  if (held === true) throw denied("it is under a legal hold")
  if (retention !== undefined && isInForce(retention, nowMs) && !(bypass && retention.mode === "GOVERNANCE"))
    throw denied(`it is under ${retention.mode} until ${new Date(retention.untilMs).toISOString()}`)
}

/** @throws S3Error `AccessDenied` for a shorter or another retention where that takes a bypass, or nothing helps */
export function refuseWeaker(version: ObjectVersion, wanted: Retention, bypass: boolean, nowMs: number): void {
  const { retention } = version
  if (retention === undefined || !isInForce(retention, nowMs)) return
  if (wanted.mode === retention.mode && wanted.untilMs >= retention.untilMs) return
  refuseIfLocked({ ...version, held: false }, bypass, nowMs)
}

function isInForce({ untilMs }: Retention, nowMs: number): boolean {
  return untilMs > nowMs
}

function denied(why: string): S3Error {
  return new S3Error(403, "AccessDenied", `Access Denied because object protected by object lock: ${why}`)
}
