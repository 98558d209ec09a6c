import type { MovedPack, MovedStretch, Stretch } from "./mover.ts"

/** What the main thread says to a mover. */
export type MoverRequest =
  | { readonly type: "stretch"; readonly task: number; readonly stretch: Stretch }
  | { readonly type: "flush"; readonly task: number }
  /** Memory of a pack that has been stored. */
  | { readonly type: "recycle"; readonly memory: ArrayBuffer }

/** What a mover says to the main thread. A pack comes before the stretch in whose course it filled up. */
export type MoverAnswer =
  | { readonly type: "moved"; readonly task: number; readonly moved: MovedStretch; readonly plain: Uint8Array }
  | { readonly type: "pack"; readonly pack: MovedPack }
  | { readonly type: "flushed"; readonly task: number }
  | { readonly type: "failed"; readonly message: string; readonly stack: string }
