import type { IncomingMessage, ServerResponse } from "node:http"
import { setTimeout as sleep } from "node:timers/promises"
import type { Hit, WeatherKind } from "./weather.ts"

/** Longer than a hurried bcopy is patient with a silent connection. */
const STALL_MS = 10_000
const WRONG_DATE_MS = 4 * 60_000
const TRICKLE = { pieces: 8, pauseMs: 60 }

/** An answer of a service, whole. */
export interface Answer {
  readonly status: number
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Buffer
}

/** What weather that lets nothing happen answers: status, code, message. */
export const refusals: Readonly<Partial<Record<WeatherKind | "none", readonly [number, string, string]>>> = {
  storm: [503, "SlowDown", "Please reduce your request rate."],
  expired: [400, "ExpiredToken", "The provided token has expired."],
  skewed: [403, "RequestTimeTooSkewed", "The difference between the request time and the current time is too large."],
}

/** An error as S3 says it. */
export function refuse(status: number, code: string, message: string): Answer {
  const text = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`
  const headers = [
    ["content-type", "application/xml"],
    ["date", new Date().toUTCString()],
  ] as const
  return { status, headers, body: Buffer.from(text) }
}

/** The same answer, with the time minutes off. */
export function misdate(answer: Answer, { chance }: Hit): Answer {
  const date = new Date(Date.now() + (chance * 2 - 1) * WRONG_DATE_MS).toUTCString()
  const others = answer.headers.filter(([name]) => name.toLowerCase() !== "date")
  return { ...answer, headers: [...others, ["date", date]] }
}

/** Sends an answer, spoilt as the weather is. */
export async function send(
  response: ServerResponse,
  { method, socket }: IncomingMessage,
  { status, headers, body }: Answer,
  kind?: WeatherKind,
): Promise<void> {
  response.sendDate = false
  const isHead = method === "HEAD" || status === 204 || status === 304
  // The answer to a HEAD says how long the object is.
  const length = isHead ? [] : [["content-length", String(body.length)] as const]
  const kept = headers.filter(([name]) => isHead || name.toLowerCase() !== "content-length")
  if (kind === "stall") await sleep(STALL_MS, undefined, { ref: false })
  response.writeHead(status, [...kept, ...length].flat())
  if (kind === "trickle") {
    const step = Math.max(1, Math.ceil(body.length / TRICKLE.pieces))
    for (let at = 0; at < body.length; at += step) {
      response.write(body.subarray(at, at + step))
      await sleep(TRICKLE.pauseMs)
    }
    response.end()
  } else if (kind === "cut" || kind === "truncated") {
    const half = body.subarray(0, body.length >> 1)
    response.flushHeaders()
    if (half.length > 0) await new Promise((resolve) => response.write(half, resolve))
    if (kind === "cut") socket.resetAndDestroy()
    else socket.end()
  } else response.end(isHead ? undefined : body)
}
