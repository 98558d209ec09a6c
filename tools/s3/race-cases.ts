import { setTimeout as sleep } from "node:timers/promises"
import { parseObjectKey, withRetry, writeOnce, type WriteOnceStore } from "@bcopy/repo"
import type { S3Case } from "./s3-case.ts"
import { openTestStore, type TestBucket } from "./test-bucket.ts"

/** How many races are held: everywhere, and where there is time. */
const ROUNDS = { always: 8, seldom: 30 }
const RACERS = 24

/**
 * Many processes' worth of clients append under one key at once, every fourth of them cut off on the way: whoever gets an
 * answer must get the same one, and so must who reads afterwards.
 */
export function raceCases(place: TestBucket): readonly S3Case[] {
  const held = (rounds: number): S3Case => ({
    name: `${place.kind}: ${rounds} races of ${RACERS} writers for one key have one winner each`,
    async run() {
      const stores = await Promise.all([1, 2, 3, 4].map(() => open(place, rounds)))
      try {
        for (let round = 0; round < rounds; round++) await race(stores, round)
      } finally {
        for (const { close } of stores) close()
      }
    },
  })
  return [held(ROUNDS.always), { ...held(ROUNDS.seldom), takes: "minutes" }]
}

interface Racer {
  readonly laws: WriteOnceStore
  readonly close: () => void
}

async function open(place: TestBucket, rounds: number): Promise<Racer> {
  const store = await openTestStore(place, `${rounds}-races/`)
  const clock = {
    sleep: async (ms: number) => {
      await sleep(ms)
    },
  }
  const retried = withRetry(store, { attempts: 4, baseDelayMs: 20, clock, random: Math.random })
  // Others' newer versions are what a race leaves behind: no tampering here.
  return { laws: writeOnce(retried, { onTampering: () => undefined }), close: () => store.close() }
}

async function race(stores: readonly Racer[], round: number): Promise<void> {
  const key = parseObjectKey(`log/${round}`)
  const racing = Array.from({ length: RACERS }, async (_, racer) => {
    const { laws } = stores[racer % stores.length] as Racer
    const bytes = new Uint8Array(1 + Math.floor(Math.random() * 100_000)).fill(racer)
    await sleep(Math.random() * (round % 5) * 3)
    const signal = racer % 4 === 3 ? AbortSignal.timeout(1 + Math.floor(Math.random() * 25)) : undefined
    const result = await laws.create(key, bytes, { ...(signal && { signal }) })
    return result.outcome === "won" ? { won: true, first: racer } : { won: false, first: result.bytes[0] }
  })
  const outcomes = await Promise.allSettled(racing)
  const found = await (stores[0] as Racer).laws.read(key)
  const answers = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []))
  const winners = answers.filter(({ won }) => won)
  if (found === undefined) throw new Error(`round ${round}: nothing is there after the race`)
  if (winners.length > 1) throw new Error(`round ${round}: ${winners.length} writers were told they won`)
  const others = answers.filter(({ first }) => first !== found.bytes[0])
  if (others.length > 0)
    throw new Error(
      `round ${round}: ${others.length} of ${answers.length} writers saw another winner than the readers do`,
    )
  const failed = outcomes.filter((outcome, racer) => outcome.status === "rejected" && racer % 4 !== 3)
  if (failed.length > 0) throw new Error(`round ${round}: ${(failed[0] as PromiseRejectedResult).reason}`)
}
