import { type LogPlace, type LogState, readEntry, readLog } from "@bcopy/chain-format"
import type { EntryBody } from "@bcopy/chain-format"
import { placeOf } from "../bring-point.ts"
import type { Repository } from "../repository.ts"

/** A workload's log: its place, its state, and what each entry says, in order. */
export async function logOf(
  repository: Repository,
  workload = "web01",
  job = "nightly",
): Promise<{ readonly place: LogPlace; readonly state: LogState; readonly bodies: readonly EntryBody[] }> {
  const place = placeOf(repository, job, workload)
  const state = await readLog(repository.view, place)
  if (state === undefined) throw new Error(`${repository.name} has no log of ${job}/${workload}`)
  const bodies: EntryBody[] = []
  for (let number = 1; number <= state.head.number; number++)
    bodies.push((await readEntry(repository.view, place, number)).entry.body)
  return { place, state, bodies }
}
