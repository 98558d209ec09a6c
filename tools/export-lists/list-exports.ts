import { readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { codeEntries, entrySpecifier } from "../read-packages/read-packages.ts"
import type { WorkspacePackage } from "../read-packages/read-packages.ts"
import { readDeclarations } from "./read-declarations.ts"
import type { Declarations } from "./read-declarations.ts"

/** Reads a declaration file; given so that tests need no disk. */
export type ReadFile = (path: string) => string

/**
 * Lists what each entry of a built package exports: names in order, each with its declarations as `tsc` wrote them.
 *
 * @returns the text of `exports.api.txt`; undefined for a package that exports no code, as an app
 * @throws Error when a declaration file is missing, or a name leads nowhere
 */
export function listExports(pack: WorkspacePackage, readFile: ReadFile = readBuilt): string | undefined {
  const entries = codeEntries(pack.manifest)
  if (entries.length === 0) return undefined
  const parts = entries.map(({ entry, conditions }) => {
    const types = conditions.types
    if (types === undefined) throw new Error(`${pack.manifest.name}: the entry ${entry} names no types`)
    const specifier = entrySpecifier(pack.manifest, entry)
    const signatures = listEntry(join(pack.folder, types), readFile)
    return [`=== ${specifier}: ${signatures.length} names ===`, ...signatures].join("\n\n")
  })
  return `What ${pack.manifest.name} exports. Written by npm run exports:update; a change of it is a change for users.\n\n${parts.join("\n\n")}\n`
}

function listEntry(path: string, readFile: ReadFile): string[] {
  const files = new Map<string, Declarations>()
  function read(file: string): Declarations {
    const known = files.get(file) ?? readDeclarations(readFile(file))
    files.set(file, known)
    return known
  }

  // Follows a name from file to file until a file declares it or it leaves the package.
  function find(file: string, name: string): string {
    const { declared, exported, imported } = read(file)
    const own = declared.get(name)
    if (own !== undefined) return own.join("\n")
    const target = exported.get(name)?.from === undefined ? imported.get(name) : exported.get(name)
    if (target?.from === undefined) throw new Error(`${file} exports ${name} and neither declares nor imports it`)
    if (!target.from.startsWith(".")) return `${name} from ${target.from}`
    return findExported(join(dirname(file), target.from.replace(/\.[jt]s$/, ".d.ts")), target.name)
  }

  function findExported(file: string, name: string): string {
    const target = read(file).exported.get(name)
    if (target === undefined) throw new Error(`${file} does not export ${name}`)
    return find(file, target.from === undefined ? target.name : name)
  }

  return [...read(path).exported.keys()].toSorted().map((name) => {
    const signature = findExported(path, name)
    return new RegExp(`\\b${name.replaceAll("$", "\\$")}\\b`).test(signature.split("\n")[0] ?? "")
      ? signature
      : `${name} is ${signature}`
  })
}

function readBuilt(path: string): string {
  try {
    return readFileSync(path, "utf8")
  } catch (cause) {
    throw new Error(`${path} is missing: run npm run build first`, { cause })
  }
}
