import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { readPackages } from "../read-packages/read-packages.ts"
import { diffLines } from "./diff-lines.ts"
import { listExports } from "./list-exports.ts"

// Compares each package's checked-in list of exports with what its build exports; with --update writes the lists anew.
const update = process.argv.includes("--update")
let checked = 0
let changed = 0

for (const pack of readPackages(join(import.meta.dirname, "../.."))) {
  const list = listExports(pack)
  if (list === undefined) continue
  checked++
  const path = join(pack.folder, "exports.api.txt")
  const before = existsSync(path) ? readFileSync(path, "utf8") : ""
  if (before === list) continue
  changed++
  if (update) writeFileSync(path, list)
  else
    console.error(
      [`packages/${pack.folderName}/exports.api.txt differs from the build:`, ...diffLines(before, list)].join("\n"),
    )
}

console.log(`export lists: ${checked} packages, ${changed} ${update ? "written" : "differ"}`)
if (changed > 0 && !update) {
  console.error("If the change is meant, run npm run exports:update and add a changeset that tells users of it.")
  process.exitCode = 1
}
