/** A change to the text of a source file. */
export interface Edit {
  readonly file: string
  /** Stands in it once. */
  readonly find: string
  readonly put: string
}

/** A protection that is taken out of the code, and where that is found. */
export interface Mutant {
  readonly name: string
  /** Which attack of those that the protocol was reviewed with it answers. */
  readonly attack: string
  readonly edits: readonly Edit[]
  /** The interleaving that finds it. */
  readonly foundBy: string
  /** Another one that stands in for it: only without both something is seen, and without that one alone nothing is. */
  readonly coveredBy?: string
}

/** Folders of what is edited. */
export const engine = "packages/copy-engine/src"
export const reclaim = `${engine}/reclaim`
export const format = "packages/chain-format/src"

export function change(file: string, find: string, put: string): Edit {
  return { file, find, put }
}
