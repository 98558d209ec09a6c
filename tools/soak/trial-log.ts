import { type LogPlace, type LogState, readLog } from "@bcopy/chain-format"
import { placeOf } from "../../packages/copy-engine/src/bring-point.ts"
import { openFolder } from "../proof/open-folder.ts"
import { named } from "./trial-folder.ts"

const [, job, , workload] = named

/** The log of a trial's workload, as anybody would read it now; no state if nobody has opened it. */
export async function readTrialLog(path: string): Promise<{ place: LogPlace; state: LogState | undefined }> {
  const { repository } = await openFolder(path)
  const place = placeOf(repository, job, workload)
  return { place, state: await readLog(repository.view, place) }
}
