/** Leaves of a map that are looked at together: their blocks are brought pack by pack. */
const REGION_LEAVES = 256
/** Of the first region: few, so that there is something to do soon. */
const FIRST_LEAVES = 16

/**
 * Works through the leaves of a map in order, region by region: the next one is prepared while one is worked with. Settles
 * when neither goes on any more.
 */
export async function eachRegion<Prepared>(
  leafCount: number,
  prepare: (leaves: readonly number[]) => Promise<Prepared>,
  work: (prepared: Prepared, leaves: readonly number[]) => Promise<void>,
): Promise<void> {
  const begin = (from: number) => {
    const count = Math.min(from === 0 ? FIRST_LEAVES : REGION_LEAVES, leafCount - from)
    if (count <= 0) return undefined
    const leaves = Array.from({ length: count }, (_, at) => from + at)
    const prepared = prepare(leaves)
    // It is awaited in its turn; until then a failure of it is not unheard.
    prepared.catch(() => undefined)
    return { leaves, prepared, end: from + count }
  }
  let current = begin(0)
  while (current !== undefined) {
    const { leaves, prepared, end } = current
    const here = await prepared
    current = begin(end)
    try {
      await work(here, leaves)
    } catch (error) {
      await current?.prepared.catch(() => undefined)
      throw error
    }
  }
}
