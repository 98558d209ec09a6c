import { isFormatError } from "@bcopy/chain-format"
import { isCryptoError } from "@bcopy/crypto"
import type { FuzzTarget } from "./targets.ts"
import { seededRandom, seedOf } from "./seeded-random.ts"

/** What no input may take. */
export const MAX_MS = 50
export const MAX_RSS_BYTES = 640 << 20
const PAUSE_EVERY = 256

/** An input that a decoder did not survive as it must. */
export interface Failure {
  readonly target: string
  readonly input: number
  readonly why: string
  readonly bytes: Uint8Array
}

export interface TargetResult {
  readonly inputs: number
  /** How many were decoded, so that one sees that mutations get past the first check. */
  readonly values: number
  readonly slowestMs: number
  readonly failures: readonly Failure[]
}

export interface RunOptions {
  readonly seed: number
  readonly inputs: number
  /** Stops after this time, if it is given. */
  readonly maxMs?: number
  readonly now: () => number
  readonly rssBytes: () => number
  /** Lets the event loop go round: node frees what a failed decompression held only then. */
  readonly pause: () => Promise<unknown>
}

/** Feeds a target. Each input follows from seed, target and its number alone. */
export async function runTarget(target: FuzzTarget, options: RunOptions): Promise<TargetResult> {
  const { seed, inputs, maxMs, now, rssBytes, pause } = options
  const failures: Failure[] = []
  const startMs = now()
  let values = 0
  let slowestMs = 0
  let input = 0
  for (; input < inputs && failures.length < 5; input++) {
    if (maxMs !== undefined && now() - startMs > maxMs) break
    const bytes = target.make(seededRandom(seedOf(seed, target.name, input)))
    const fail = (why: string) => failures.push({ target: target.name, input, why, bytes })
    let ms = decodeMs()
    // A busy machine is no slow decoder: only what is slow each time counts.
    for (let again = 0; ms > MAX_MS && again < 3; again++) ms = Math.min(ms, decodeMs())
    slowestMs = Math.max(slowestMs, ms)
    if (ms > MAX_MS) fail(`took ${ms.toFixed(1)} ms, at most ${MAX_MS} are allowed`)
    if (input % PAUSE_EVERY === 0) {
      await pause()
      if (rssBytes() > MAX_RSS_BYTES) fail(`memory is at ${rssBytes()} bytes`)
    }

    function decodeMs(): number {
      const before = now()
      try {
        target.decode(bytes)
        values++
      } catch (error) {
        if (!isFormatError(error) && !isCryptoError(error))
          fail(error instanceof Error ? (error.stack ?? error.message) : String(error))
      }
      return now() - before
    }
  }
  return { inputs: input, values, slowestMs, failures }
}
