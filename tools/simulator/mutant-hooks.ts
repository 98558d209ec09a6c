import { readFileSync } from "node:fs"
import { registerHooks } from "node:module"
import { fileURLToPath } from "node:url"

// Loaded before a simulation: changes one file of the sources on its way into the program, as BCOPY_MUTANT says.
const { file, find, put } = JSON.parse(process.env["BCOPY_MUTANT"] ?? "{}") as {
  readonly file: string
  readonly find: string
  readonly put: string
}
registerHooks({
  load(url, context, next) {
    if (!url.startsWith("file:") || !fileURLToPath(url).endsWith(`/${file}`)) return next(url, context)
    const source = readFileSync(fileURLToPath(url), "utf8")
    const parts = source.split(find)
    if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} times what is to be changed: ${find}`)
    return { format: "module-typescript", shortCircuit: true, source: parts.join(put) }
  },
})
