import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { frozenRepository } from "./frozen-repository.ts"

// Writes the frozen repository of format 1 anew. README.md says when that may be done.
const folder = join(import.meta.dirname, "../../packages/copy-engine/testdata/frozen")
const { objects, expected } = await frozenRepository()
rmSync(join(folder, "format-1"), { recursive: true, force: true })
let bytes = 0
for (const [key, object] of objects) {
  const path = join(folder, "format-1", key)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, object)
  bytes += object.length
}
writeFileSync(join(folder, "format-1.json"), `${JSON.stringify(expected, undefined, 2)}\n`)
console.log(`frozen: ${objects.size} objects, ${bytes} bytes, ${expected.points.length} points`)
