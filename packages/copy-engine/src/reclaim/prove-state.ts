import { type LogPlace, type LogState, proveLog, type ProvenLog } from "@bcopy/chain-format"
import { asEngineError } from "../as-engine-error.ts"
import { EngineError } from "../engine-error.ts"
import type { Repository } from "../repository.ts"
import { hasPassed } from "./pass-epoch.ts"

interface Abortable {
  readonly signal?: AbortSignal
}

/** The state of a log as its entries say, read one by one. @throws EngineError `Damaged` if they do not bear it out */
export async function proveState(
  repository: Repository,
  place: LogPlace,
  state: LogState,
  options: Abortable,
): Promise<LogState> {
  return (await prove(repository, place, state, options)).state
}

/** The state of a log at the barrier of an epoch, and that of now. @throws EngineError `Damaged` */
export async function proveAtBarrier(
  repository: Repository,
  place: LogPlace,
  state: LogState,
  epoch: number,
  options: Abortable,
): Promise<readonly LogState[]> {
  const proven = await prove(repository, place, state, options)
  if (!hasPassed(proven.state, epoch))
    throw new EngineError(
      "Damaged",
      `${repository.name}: the log of ${state.workload.name} lacks the barrier of epoch ${epoch}`,
    )
  return proven.atBarrier === undefined ? [proven.state] : [proven.atBarrier, proven.state]
}

async function prove(repository: Repository, place: LogPlace, state: LogState, options: Abortable): Promise<ProvenLog> {
  try {
    return await proveLog(repository.view, place, state, options)
  } catch (error) {
    throw asEngineError(error, `${repository.name}: log of ${state.workload.name}`)
  }
}
