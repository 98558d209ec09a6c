import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { vectorFiles } from "./all-vectors.ts"

// Writes the golden vectors of the format anew, and takes away those that no program makes any more.
const folder = join(import.meta.dirname, "../../packages/chain-format/testdata/vectors")
const files = vectorFiles()
mkdirSync(folder, { recursive: true })
for (const name of readdirSync(folder)) if (name.endsWith(".vec") && !files.has(name)) rmSync(join(folder, name))
for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes)
console.log(`vectors: ${files.size}`)
