import { interleavings, play } from "./index.ts"

// Plays interleavings: simulator/interleavings/main.ts [NAME...]
// Exits 1 when a promise was broken.
const names = process.argv.slice(2)
for (const interleaving of interleavings) {
  const { name } = interleaving
  if (names.length > 0 && !names.includes(name)) continue
  const startMs = performance.now()
  const problems = await play(interleaving)
  const seconds = ((performance.now() - startMs) / 1000).toFixed(2)
  if (problems.length > 0) process.exitCode = 1
  console.log(problems.length === 0 ? `holds  ${name}, in ${seconds} s` : `FAIL  ${name}: ${problems.join("\n      ")}`)
}
