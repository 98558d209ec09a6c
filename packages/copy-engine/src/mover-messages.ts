import type { MovedStretch, MoverSetup, Stretch } from "./mover.ts"
import type { MovedPack } from "./pack-filler.ts"
import type { PackPoolMemory } from "./pack-pool.ts"
import type { RepackedBlocks, RepackTask } from "./repacker.ts"
import type { SuiteSeed } from "./suite-of.ts"
import type { SlotCheck, UnpackFailure, UnpackTask } from "./unpack.ts"

/** What a mover thread is started with: it belongs to nobody yet. */
export interface MoverThreadData {
  readonly isMover: true
}

/** What came with a suite's seed, with the number under which that was told: keys are not sent again with each piece of work. */
export type WithNumber<Task extends { readonly suite?: SuiteSeed }> = Omit<Task, "suite"> & {
  readonly [Key in keyof Pick<Task, "suite">]: number
}

/** What the main thread says to a mover. */
export type MoverRequest =
  /** Whose it is: said once, and first. */
  | { readonly type: "use"; readonly pool: PackPoolMemory }
  /** A session begins: what is moved from here on is its own. */
  | { readonly type: "begin"; readonly session: number; readonly setup: MoverSetup }
  /** What is named by this number from here on. */
  | { readonly type: "suite"; readonly number: number; readonly suite: SuiteSeed }
  | { readonly type: "stretch"; readonly task: number; readonly stretch: WithNumber<Stretch> }
  | { readonly type: "repack"; readonly task: number; readonly repack: RepackTask }
  | { readonly type: "flush"; readonly task: number }
  /** The session is over: what is still open is let go. */
  | { readonly type: "end" }
  | { readonly type: "unpack"; readonly task: number; readonly unpack: WithNumber<UnpackTask> }
  | { readonly type: "check"; readonly task: number; readonly check: WithNumber<SlotCheck> }

/** What a mover says to the main thread. A pack comes before the stretch in whose course it filled up. */
export type MoverAnswer =
  | { readonly type: "pack"; readonly session: number; readonly pack: MovedPack }
  | { readonly type: "moved"; readonly task: number; readonly moved: MovedStretch }
  | { readonly type: "repacked"; readonly task: number; readonly repacked: RepackedBlocks }
  | { readonly type: "flushed"; readonly task: number }
  | { readonly type: "unpacked"; readonly task: number; readonly failure: UnpackFailure | undefined }
  | { readonly type: "failed"; readonly task: number; readonly message: string; readonly stack: string }
