import type { MovedStretch, MoverSetup, Stretch } from "./mover.ts"
import type { MovedPack } from "./pack-filler.ts"
import type { PackPoolMemory } from "./pack-pool.ts"
import type { RepackedBlocks, RepackTask } from "./repacker.ts"
import type { SlotCheck, UnpackFailure, UnpackTask } from "./unpack.ts"

/** What a mover thread is started with: it belongs to nobody yet. */
export interface MoverThreadData {
  readonly isMover: true
}

/** What the main thread says to a mover. */
export type MoverRequest =
  /** Whose it is: said once, and first. */
  | { readonly type: "use"; readonly pool: PackPoolMemory }
  /** A session begins: what is moved from here on is its own. */
  | { readonly type: "begin"; readonly session: number; readonly setup: MoverSetup }
  | { readonly type: "stretch"; readonly task: number; readonly stretch: Stretch }
  | { readonly type: "repack"; readonly task: number; readonly repack: RepackTask }
  | { readonly type: "flush"; readonly task: number }
  /** The session is over: what is still open is let go. */
  | { readonly type: "end" }
  | { readonly type: "unpack"; readonly task: number; readonly unpack: UnpackTask }
  | { readonly type: "check"; readonly task: number; readonly check: SlotCheck }

/** What a mover says to the main thread. A pack comes before the stretch in whose course it filled up. */
export type MoverAnswer =
  | { readonly type: "pack"; readonly session: number; readonly pack: MovedPack }
  | { readonly type: "moved"; readonly task: number; readonly moved: MovedStretch }
  | { readonly type: "repacked"; readonly task: number; readonly repacked: RepackedBlocks }
  | { readonly type: "flushed"; readonly task: number }
  | { readonly type: "unpacked"; readonly task: number; readonly failure: UnpackFailure | undefined }
  | { readonly type: "failed"; readonly task: number; readonly message: string; readonly stack: string }
