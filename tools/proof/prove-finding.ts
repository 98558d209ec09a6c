import { randomBytes } from "node:crypto"
import {
  type BackupId,
  emptyLog,
  encodeSmallObject,
  entryKey,
  layout,
  nextEntry,
  randomId,
  workloadIdOf,
} from "@bcopy/chain-format"
import { backUp, createRepository, findWorkload, openRepository, systemClock } from "@bcopy/copy-engine"
import { memoryStore, parseObjectKey, withCount } from "@bcopy/repo"
import { syntheticSource } from "@bcopy/source/testing"
import { repositorySource } from "@bcopy/source-repository"
import { requireThat } from "./require-that.ts"
import type { Proof } from "./stage.ts"

const WORKLOADS = 10_000
const MAX_REQUESTS = 3

/** One workload among ten thousand is found by computing where it is. In memory: what counts is how often it asks. */
export const proveFinding: Proof = async () => {
  const { store, counts } = withCount(memoryStore({ clock: systemClock }))
  const seams = { clock: systemClock, random: (count: number) => Uint8Array.from(randomBytes(count)) }
  await createRepository(store, seams, { encryption: "none" })
  const repository = await openRepository(store, seams)
  const source = syntheticSource({ disks: [{ name: "disk", sizeBytes: 1 << 20 }] })
  await backUp(repository, { source, job: "nightly", workload: "web" })
  const { place } = await findWorkload(repository, { job: "nightly", workload: "web" })
  for (let number = 1; number < WORKLOADS; number++) await openLog(place.backup, `machine-${number}`)

  const total = () => Object.values(counts.requests).reduce((sum, one) => sum + one, 0)
  const before = total()
  const { state } = await findWorkload(repository, { job: "nightly", workload: "web" })
  const requests = total() - before
  requireThat(state.points.length === 1, `web has ${state.points.length} points, 1 was due`)
  requireThat(requests <= MAX_REQUESTS, `finding one of ${WORKLOADS} workloads took ${requests} requests`)
  const listing = total()
  for await (const point of repositorySource({ view: repository.view, job: "nightly", workloads: ["web"] }).list())
    requireThat(point.workload === "web", `the source lists ${point.workload}`)
  return [
    {
      claim: `one of ${WORKLOADS} workloads is found in at most ${MAX_REQUESTS} requests`,
      figures: [`${requests} requests; as a source for a copy, with the job's settings, ${total() - listing}`],
    },
  ]

  /** Writes the first entry of a workload's log. */
  async function openLog(backup: BackupId, name: string): Promise<void> {
    const { view } = repository
    const id = workloadIdOf(view.idMac, backup, name)
    const objectKey = entryKey(layout.log(backup, id), 1)
    const session = randomId<"session">(randomBytes(16))
    const entry = nextEntry(emptyLog({ id, name }), { session, atMs: 0, body: { kind: "opened" } })
    await store.create(parseObjectKey(objectKey), encodeSmallObject("logEntry", entry, { ...view, objectKey }))
  }
}
