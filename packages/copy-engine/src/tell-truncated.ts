import { layout, type LogPlace, type LogState } from "@bcopy/chain-format"
import type { Repository } from "./repository.ts"

/** Notes how long a log is, and tells if it was longer when it was last seen. */
export function tellTruncated(
  { heads, seams }: Repository,
  { job, place, state }: { readonly job: string; readonly place: LogPlace; readonly state: LogState },
): void {
  const { number, digest } = state.head
  const seen = heads.note(layout.log(place.backup, place.workload), number, digest)
  if (seen !== undefined)
    seams.onEvent?.({ type: "truncated", job, workload: state.workload.name, seen, found: number })
}
