import { Agent, createServer, type IncomingMessage, request as httpRequest, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { buffer } from "node:stream/consumers"
import { setTimeout as sleep } from "node:timers/promises"
import { type Answer, misdate, refusals, refuse, send } from "./spoilt-answer.ts"
import { drawWeather, type Gust, type Hit, type WeatherKind } from "./weather.ts"

const LATE_MS = { least: 1500, most: 4000 }

/** A service seen through bad weather. */
export interface BadDayProxy {
  readonly endpoint: string
  /** The weather from now on; its requests are numbered and counted from 1 on. */
  setWeather(gusts: readonly Gust[], seed: number): void
  /** How many requests came in this weather, and how many of them each kind of it hit. */
  readonly counts: Readonly<Counts>
  /** Resolves when whatever was late has reached the service. */
  settled(): Promise<void>
  stop(): Promise<void>
}

type Counts = { requests: number } & Partial<Record<WeatherKind, number>>

/**
 * Stands on a port of this machine before an S3 service, and lets weather at what passes. Headers go through as they are,
 * Host among them, so that signatures stay right. Clear weather at first.
 */
export async function startBadDayProxy(target: string): Promise<BadDayProxy> {
  const { hostname, port } = new URL(target)
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  const late = new Set<Promise<unknown>>()
  let counts: Counts = { requests: 0 }
  let draw = drawWeather([], 0)

  const server = createServer((request, response) => void serve(request, response))
  server.on("checkContinue", (request, response) => void serve(request, response, () => response.writeContinue()))
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))

  async function serve(request: IncomingMessage, response: ServerResponse, invite = () => undefined as void) {
    // Whoever is cut off here is meant to be.
    const { socket } = request
    const reset = () => socket.resetAndDestroy()
    for (const stream of [request, response]) stream.on("error", () => undefined)
    counts.requests++
    const hit = draw(`${request.method} ${request.url}`)
    const kind = hit?.kind
    if (kind !== undefined) counts[kind] = (counts[kind] ?? 0) + 1
    try {
      const refusal = refusals[kind ?? "none"]
      if (kind === "reset") return reset()
      if (kind === "half-sent") return await sendHalf(request, invite).finally(reset)
      invite()
      const body = await buffer(request)
      if (refusal !== undefined) return await send(response, request, refuse(...refusal))
      if (hit !== undefined && kind === "late") {
        putOff(request, body, hit)
        // What is drawn for details is used up from the top; this takes another end of it.
        if ((hit.chance * 1000) % 1 < 0.5) return reset()
        return await send(response, request, refuse(500, "InternalError", "We encountered an internal error."))
      }
      const answer = await carryOut(request, body)
      if (kind === "lost") return reset()
      if (hit !== undefined && kind === "wrong-date") return await send(response, request, misdate(answer, hit))
      await send(response, request, answer, kind)
    } catch {
      // The service is gone, or the client is.
      reset()
    }
  }

  function upstream(request: IncomingMessage) {
    // `Expect` was answered here; `Connection` is a matter of either side.
    const headers = pairs(request.rawHeaders).filter(([name]) => !/^(?:expect|connection)$/i.test(name))
    const { method, url: path } = request
    return httpRequest({ hostname, port, agent, method, path, headers: headers.flat() })
  }

  function carryOut(request: IncomingMessage, body: Buffer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      upstream(request)
        .on("error", reject)
        .on("response", (answer) => {
          const headers = pairs(answer.rawHeaders).filter(([name]) => !isHopByHop(name))
          const { statusCode: status = 502 } = answer
          buffer(answer).then((said) => resolve({ status, headers, body: said }), reject)
        })
        .end(body)
    })
  }

  function putOff(request: IncomingMessage, body: Buffer, { chance }: Hit): void {
    const afterMs = LATE_MS.least + chance * (LATE_MS.most - LATE_MS.least)
    const done = sleep(afterMs).then(() => carryOut(request, body))
    const settled: Promise<unknown> = done.catch(() => undefined).then(() => late.delete(settled))
    late.add(settled)
  }

  async function sendHalf(request: IncomingMessage, invite: () => void): Promise<void> {
    const half = Number(request.headers["content-length"] ?? 0) / 2
    if (half === 0) return
    const out = upstream(request).on("error", () => undefined)
    invite()
    let sent = 0
    for await (const chunk of request) {
      const piece = (chunk as Buffer).subarray(0, Math.ceil(half) - sent)
      sent += piece.length
      await new Promise((resolve) => out.write(piece, resolve))
      if (sent >= half) break
    }
    out.destroy()
  }

  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get counts() {
      return counts
    },
    setWeather(gusts, seed) {
      draw = drawWeather(gusts, seed)
      counts = { requests: 0 }
    },
    async settled() {
      while (late.size > 0) await Promise.all(late)
    },
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      agent.destroy()
    },
  }
}

function isHopByHop(name: string): boolean {
  return /^(?:connection|keep-alive|transfer-encoding)$/i.test(name)
}

/** Headers as they came: names and values in turn. */
function pairs(raw: readonly string[]): readonly (readonly [string, string])[] {
  return raw.flatMap((name, at) => (at % 2 === 0 ? [[name, raw[at + 1] ?? ""] as const] : []))
}
