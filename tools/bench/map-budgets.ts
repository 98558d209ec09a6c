import { parseArgs } from "node:util"
import { mapChain } from "./map-chain.ts"
import { type Figure, isWithin, renderFigure } from "./figure.ts"
import { mapMemory } from "./map-memory.ts"

// Measures what block maps and other metadata take, on disks made of stamps, and holds it against the budgets:
// map-budgets.ts [--quick] [--only TEXT]
// Without --quick: 1000 increments each of a large disk, of a small one that they replace, and of one in a folder, for
// the memory. Exits 1 when a budget is missed.
const { values } = parseArgs({
  options: { quick: { type: "boolean", default: false }, only: { type: "string", default: "" } },
})
const GIB = 2 ** 30
const increments = values.quick ? 100 : 1000
const cases: Readonly<Record<string, () => AsyncIterable<Figure>>> = {
  large: () => mapChain({ sizeBytes: (values.quick ? 2 : 32) * GIB, increments, scattered: 40 }),
  replaced: () => mapChain({ sizeBytes: (values.quick ? 0.0625 : 0.5) * GIB, increments, scattered: 40 }),
  memory: () =>
    mapMemory([
      { sizeBytes: GIB, lengths: values.quick ? [10, 100] : [10, 100, 1000] },
      { sizeBytes: 10 * GIB, lengths: [10] },
    ]),
}

let missed = 0
for (const [name, measure] of Object.entries(cases)) {
  if (!name.includes(values.only)) continue
  const startMs = performance.now()
  console.log(`${name}:`)
  for await (const figure of measure()) {
    console.log(`  ${renderFigure(figure)}`)
    if (!isWithin(figure)) missed++
  }
  console.log(`  ${((performance.now() - startMs) / 1000).toFixed(0)} s\n`)
}
if (missed > 0) console.log(`${missed} budgets missed`)
process.exitCode = missed > 0 ? 1 : 0
