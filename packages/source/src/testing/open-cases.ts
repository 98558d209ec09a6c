import { claim, claimRejects, pointCase, sourceCase, type ConformanceCase } from "./conformance-case.ts"
import { claimEqual, expectedBlock, readBlocks } from "./expected-blocks.ts"

const consistencies = new Set<string>(["application", "crash", "fuzzy"])

/** What an opened point promises as a whole, and how it ends. */
export const openCases: readonly ConformanceCase[] = [
  pointCase("content roots, where known, are 64 lower-case hex digits", async (open) => {
    for (const { name, contentRoot } of open.disks)
      claim(contentRoot === undefined || /^[0-9a-f]{64}$/.test(contentRoot), `disk "${name}": root "${contentRoot}"`)
  }),

  pointCase("metadata, where given, survives JSON", async ({ metadata }) => {
    if (metadata === undefined) return
    const text = JSON.stringify(metadata)
    claim(JSON.stringify(JSON.parse(text)) === text, "metadata reads back from JSON as something else")
    claim(sameKeys(metadata, JSON.parse(text)), "metadata has members that JSON leaves out")
  }),

  pointCase("finish resolves to a consistency after everything was read", async (open, { expected, blockBytes }) => {
    claim(consistencies.has(open.consistency), `a point opened as "${open.consistency}"`)
    for (const [index, disk] of open.disks.entries())
      for (let block = 0; block * blockBytes < (expected[index]?.bytes.length ?? 0); block++)
        await readBlocks(disk, block, 1, blockBytes)
    const consistency = await open.finish()
    claim(consistencies.has(consistency), `finish resolved to "${consistency}"`)
  }),

  pointCase("finish rejects with Aborted when its signal has fired", async (open) => {
    await claimRejects(() => open.finish({ signal: AbortSignal.abort() }), ["Aborted"])
  }),

  sourceCase("close does not throw for a second call, nor without finish", async ({ source, point, blockBytes }) => {
    const finished = await source.open(point, { blockBytes })
    await finished.finish()
    for (const open of [finished, await source.open(point, { blockBytes })]) {
      await open.close()
      await open.close()
    }
  }),

  sourceCase(
    "a point can be opened twice, and closing one leaves the other",
    async ({ source, point, expected, blockBytes }) => {
      const [one, two] = [await source.open(point, { blockBytes }), await source.open(point, { blockBytes })]
      try {
        await one.close()
        for (const [index, disk] of two.disks.entries()) {
          const bytes = expected[index]?.bytes ?? new Uint8Array()
          if (bytes.length > 0)
            claimEqual(
              await readBlocks(disk, 0, 1, blockBytes),
              expectedBlock(bytes, 0, blockBytes),
              `disk "${disk.name}"`,
            )
        }
      } finally {
        await two.close()
      }
    },
  ),
]

function sameKeys(one: unknown, two: unknown): boolean {
  if (typeof one !== "object" || one === null) return Object.is(one, two)
  if (typeof two !== "object" || two === null) return false
  const keys = Object.keys(one)
  return (
    keys.length === Object.keys(two).length &&
    keys.every((key) => sameKeys((one as Record<string, unknown>)[key], (two as Record<string, unknown>)[key]))
  )
}
