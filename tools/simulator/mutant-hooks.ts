import { readFileSync } from "node:fs"
import { registerHooks } from "node:module"
import { fileURLToPath } from "node:url"
import type { Edit } from "./mutant.ts"

// Loaded before a program: changes the sources on their way into it, as BCOPY_MUTANT says.
const edits = JSON.parse(process.env["BCOPY_MUTANT"] ?? "[]") as readonly Edit[]
registerHooks({
  load(url, context, next) {
    const path = url.startsWith("file:") ? fileURLToPath(url) : ""
    const mine = edits.filter(({ file }) => path.endsWith(`/${file}`))
    if (mine.length === 0) return next(url, context)
    let source = readFileSync(path, "utf8")
    for (const { file, find, put } of mine) {
      const parts = source.split(find)
      if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} times what is to be changed: ${find}`)
      source = parts.join(put)
    }
    return { format: "module-typescript", shortCircuit: true, source }
  },
})
