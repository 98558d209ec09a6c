/** Blocks that follow each other. */
export interface BlockRun {
  readonly first: number
  readonly count: number
}

/** Blocks in ascending order as runs. */
export function runsOf(blocks: readonly number[]): readonly BlockRun[] {
  const runs: { first: number; count: number }[] = []
  for (const block of blocks) addToRuns(runs, block)
  return runs
}

/** Adds a block behind those that are there. */
export function addToRuns(runs: { first: number; count: number }[], block: number): void {
  const run = runs.at(-1)
  if (run !== undefined && run.first + run.count === block) run.count++
  else runs.push({ first: block, count: 1 })
}

/** The blocks of runs, one by one. */
export function blocksOf(runs: readonly BlockRun[]): readonly number[] {
  return runs.flatMap(({ first, count }) => Array.from({ length: count }, (_, at) => first + at))
}
