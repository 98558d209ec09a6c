import { execFileSync } from "node:child_process"
import { join } from "node:path"
import { storedBytes } from "../proof/stored-bytes.ts"
import { explainCommand, type PruneContender, type PruneTask } from "./prune-contenders.ts"
import { type TimedRun, timedRun } from "./timed-run.ts"

/** What one contender's pruning took, and came to. */
export interface PruneRun extends Omit<TimedRun, "output"> {
  readonly contender: PruneContender["name"]
  /** Bytes of its repository. */
  readonly beforeBytes: number
  readonly afterBytes: number
  /** What bcopy says itself; nothing of others. */
  readonly own?: OwnAccount
}

/** What bcopy says that it did, and what then holds the space. */
export interface OwnAccount {
  readonly points: number
  readonly packs: number
  readonly storedBytes: number
  readonly emptied: number
  readonly movedBytes: number
  /** Bytes in use of the packs that stay. */
  readonly liveBytes: number
  /** Packs and bytes that nothing needs and that are there all the same. */
  readonly free: { readonly packs: number; readonly storedBytes: number }
}

interface PruneDocument {
  readonly reclaimed: { readonly backups: readonly (Omit<OwnAccount, "points" | "liveBytes"> & { purged: number })[] }
}

interface ExplainDocument {
  readonly backups: readonly {
    readonly live: { readonly storedBytes: number; readonly unusedBytes: number }
    readonly free: OwnAccount["free"]
  }[]
}

/** Has every contender prune its repository, one after the other. */
export async function measurePrune(
  contenders: readonly PruneContender[],
  task: PruneTask,
): Promise<readonly PruneRun[]> {
  const runs: PruneRun[] = []
  for (const contender of contenders) {
    const { name, options } = contender
    const { cwd, environment } = options
    const repository = join(cwd, contender.repository)
    const say = ([program = "", ...args]: readonly string[]) =>
      execFileSync(program, args, { cwd, env: { ...process.env, ...environment }, encoding: "utf8", stdio: "pipe" })
    const prepared = contender.prepare(task)
    if (prepared !== undefined) say(prepared)
    const beforeBytes = storedBytes(repository)
    const { output, ...took } = await timedRun(contender.prune(task), options)
    const afterBytes = storedBytes(repository)
    const own = name === "bcopy" ? accountOf(output, say(explainCommand(contender))) : undefined
    runs.push({ contender: name, ...took, beforeBytes, afterBytes, ...(own && { own }) })
  }
  return runs
}

function accountOf(pruned: string, explained: string): OwnAccount {
  const [backup] = (JSON.parse(pruned) as PruneDocument).reclaimed.backups
  const [space] = (JSON.parse(explained) as ExplainDocument).backups
  if (backup === undefined || space === undefined) throw new Error(`bcopy pruned no backup: ${pruned}`)
  const { purged, packs, storedBytes: bytes, emptied, movedBytes } = backup
  const liveBytes = space.live.storedBytes - space.live.unusedBytes
  return { points: purged, packs, storedBytes: bytes, emptied, movedBytes, liveBytes, free: space.free }
}
