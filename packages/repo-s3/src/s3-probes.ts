import type { Clock, ObjectKey, RepoStore } from "@bcopy/repo"
import { isStoreError, parseObjectKey } from "@bcopy/repo"
import type { BucketState } from "./bucket-state.ts"
import { createInParts } from "./create-in-parts.ts"
import { immutabilityOf } from "./immutability.ts"
import { findHarmfulRules } from "./lifecycle-rules.ts"
import { probeLock, probeMarkers, probeMultiDelete } from "./lock-probes.ts"
import type { S3Bucket } from "./s3-bucket.ts"
import type { S3PropertyName } from "./s3-passport.ts"

/** Where a probe works. */
export interface ProbePlace {
  readonly bucket: S3Bucket
  readonly store: RepoStore
  readonly state: BucketState
  /** A prefix of its own, ending with a slash. */
  readonly folder: string
  readonly clock: Pick<Clock, "now" | "sleep">
  /** How far the service's clock is ahead of this machine's. */
  readonly aheadMs: number
  readonly signal?: AbortSignal
}

export interface Seen {
  readonly ok: boolean
  readonly detail: string
}

export interface S3Probe {
  readonly name: S3PropertyName
  readonly needed: boolean
  readonly appliesTo: (state: BucketState) => boolean
  /** Rejects, or answers `ok: false`, where the property is missing. */
  readonly run: (place: ProbePlace) => Promise<Seen>
}

const RACERS = 20
const CLOCK_SLACK_MS = 5 * 60_000
const PART_BYTES = (16 << 20) + 1

const always = () => true
const withVersions = ({ versioning }: BucketState) => versioning !== "off"

/** What is tried, in this order. */
export const s3Probes: readonly S3Probe[] = [
  {
    name: "versioning",
    needed: true,
    appliesTo: always,
    run: async ({ state: { versioning } }) => ({
      ok: versioning !== "suspended",
      detail:
        versioning === "suspended"
          ? "suspended: a new object would replace the one before it; switch it on"
          : versioning,
    }),
  },
  { name: "atomic-create", needed: true, appliesTo: ({ versioning }) => versioning === "off", run: raceCreate },
  { name: "oldest-version", needed: true, appliesTo: withVersions, run: raceVersions },
  {
    name: "read-after-write",
    needed: true,
    appliesTo: always,
    run: async ({ store, folder }) => {
      for (let round = 0; round < 5; round++) {
        const key = keyIn(folder, `written-${round}`)
        await store.create(key, bytesOf(round, 1000))
        const found = await store.read(key)
        if (found === undefined || Buffer.compare(found.bytes, bytesOf(round, 1000)) !== 0)
          return { ok: false, detail: `what was written is ${found === undefined ? "not there" : "another"}` }
      }
      return { ok: true, detail: "5 objects, read at once" }
    },
  },
  {
    name: "list-after-create",
    needed: true,
    appliesTo: always,
    run: async ({ store, folder }) => {
      for (let round = 0; round < 5; round++) {
        const key = keyIn(folder, `listed/${round}`)
        await store.create(key, bytesOf(round, 10))
        const { objects } = await store.list(`${folder}listed/`)
        if (!objects.some((object) => object.key === key))
          return { ok: false, detail: "what was written is not listed at once" }
      }
      return { ok: true, detail: "5 objects, listed at once" }
    },
  },
  { name: "ranges", needed: true, appliesTo: always, run: tryRanges },
  { name: "multipart", needed: false, appliesTo: always, run: tryParts },
  { name: "markers", needed: true, appliesTo: withVersions, run: probeMarkers },
  { name: "object-lock", needed: true, appliesTo: ({ objectLock }) => objectLock, run: probeLock },
  { name: "multi-delete", needed: false, appliesTo: always, run: probeMultiDelete },
  {
    name: "lifecycle",
    needed: true,
    appliesTo: always,
    run: async ({ bucket, signal }) => {
      const rules = await findHarmfulRules(bucket, signal)
      if (rules === undefined) return { ok: true, detail: "rules may not be read" }
      return { ok: rules.length === 0, detail: rules.length === 0 ? "no rule that would harm" : rules.join("; ") }
    },
  },
  {
    name: "immutability",
    needed: false,
    appliesTo: always,
    run: async ({ state }) => {
      const found = immutabilityOf(state)
      return { ok: found.possible, detail: found.possible ? found.why : `${found.why}. ${found.hint}` }
    },
  },
  {
    name: "clock",
    needed: false,
    appliesTo: always,
    run: async ({ aheadMs }) => ({
      ok: Math.abs(aheadMs) <= CLOCK_SLACK_MS,
      detail: `${Math.abs(Math.round(aheadMs / 1000))} s ${aheadMs < 0 ? "behind" : "ahead of"} this machine's`,
    }),
  },
]

/** Many create one key at once: one may be told so, and its bytes must be there. */
async function raceCreate({ store, folder }: ProbePlace): Promise<Seen> {
  const key = keyIn(folder, "raced")
  const racers = Array.from({ length: RACERS }, (_, racer) => bytesOf(racer, 100))
  const outcomes = await Promise.allSettled(racers.map((bytes) => store.create(key, bytes)))
  const winners = racers.filter((_, racer) => {
    const outcome = outcomes[racer] as PromiseSettledResult<{ created: boolean }>
    return outcome.status === "fulfilled" && outcome.value.created
  })
  const failed = outcomes.filter(({ status }) => status === "rejected").length
  const found = await store.read(key)
  const [winner] = winners
  const stays = winner !== undefined && found !== undefined && Buffer.compare(found.bytes, winner) === 0
  return {
    ok: winners.length === 1 && stays,
    detail: `${winners.length} of ${RACERS} racing creators were told they won${failed > 0 ? `, ${failed} got no answer` : ""}${winners.length === 1 && !stays ? ", and another's bytes are there" : ""}`,
  }
}

/** Many create one key at once: whoever looks afterwards must see the same oldest version, which stays it. */
async function raceVersions({ store, folder }: ProbePlace): Promise<Seen> {
  const key = keyIn(folder, "raced")
  const oldest = async () => {
    const versions: string[] = []
    for (let after: { readonly key: string; readonly version?: string } | undefined; ;) {
      const page = await store.listVersions(key, after === undefined ? {} : { after })
      versions.push(...page.versions.filter((one) => one.key === key && !one.marker).map(({ version }) => version))
      if (page.next === undefined) return versions.at(-1)
      after = page.next
    }
  }
  const seen = await Promise.allSettled(
    Array.from({ length: RACERS }, async (_, racer) => {
      await store.create(key, bytesOf(racer, 100))
      return oldest()
    }),
  )
  const last = await oldest()
  // Everything but packs is read by its version, which is a permission of its own.
  if (last !== undefined) await store.read(key, { version: last })
  const answers = seen.filter((one) => one.status === "fulfilled")
  const different = answers.filter(({ value }) => value !== last).length
  return {
    ok: last !== undefined && answers.length > 0 && different === 0,
    detail:
      different === 0
        ? `${answers.length} of ${RACERS} racing creators saw the same oldest version`
        : `${different} of ${RACERS} racing creators saw another oldest version than the one that is it now`,
  }
}

async function tryRanges({ store, folder }: ProbePlace): Promise<Seen> {
  const key = keyIn(folder, "ranged")
  const bytes = bytesOf(7, 1000)
  await store.create(key, bytes)
  const middle = await store.read(key, { range: { offset: 100, length: 50 } })
  const end = await store.read(key, { range: { offset: 990, length: 50 } })
  const beyond = await store.read(key, { range: { offset: 1000, length: 1 } }).then(
    () => "an answer",
    (error: unknown) => (isStoreError(error) ? error.code : String(error)),
  )
  const ok =
    middle !== undefined &&
    end !== undefined &&
    Buffer.compare(middle.bytes, bytes.subarray(100, 150)) === 0 &&
    Buffer.compare(end.bytes, bytes.subarray(990)) === 0 &&
    middle.objectBytes === 1000 &&
    beyond === "BadRange"
  return {
    ok,
    detail: ok ? "cut at the end, refused behind it" : `behind the end: ${beyond}; else other bytes than asked`,
  }
}

async function tryParts({ bucket, store, folder }: ProbePlace): Promise<Seen> {
  const key = keyIn(folder, "parts")
  await createInParts(bucket, key, bytesOf(3, PART_BYTES), {}, {})
  const found = await store.head(key)
  return {
    ok: found?.objectBytes === PART_BYTES,
    detail: `two parts make ${found?.objectBytes} of ${PART_BYTES} bytes`,
  }
}

export function keyIn(folder: string, name: string): ObjectKey {
  return parseObjectKey(folder + name)
}

export function bytesOf(seed: number, count: number): Uint8Array {
  return new Uint8Array(count).fill(seed + 1)
}
