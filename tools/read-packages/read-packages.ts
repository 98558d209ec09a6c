import { existsSync, globSync, readFileSync, readdirSync } from "node:fs"
import { join } from "node:path"

/** What the tools read of a `package.json`. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly private?: boolean
  /** Entry (`.`, `./testing`) → file, or condition → file. */
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>
  readonly bin?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly nx?: { readonly tags?: readonly string[] }
}

/** A TypeScript file of a package. */
export interface SourceFile {
  /** Path from the package's folder, with forward slashes: `src/plan-copy.ts`. */
  readonly path: string
  readonly text: string
}

/** A package under `packages/`. */
export interface WorkspacePackage {
  /** The absolute path of the package. */
  readonly folder: string
  /** The last part of that: `copy-engine`. */
  readonly folderName: string
  readonly manifest: Manifest
  /** Every TypeScript file under `src`, tests among them, sorted by path. */
  readonly files: readonly SourceFile[]
}

/** Reads all packages under `<root>/packages`, sorted by folder name. */
export function readPackages(root: string): WorkspacePackage[] {
  return readdirSync(join(root, "packages"))
    .toSorted()
    .filter((folderName) => existsSync(join(root, "packages", folderName, "package.json")))
    .map((folderName) => {
      const folder = join(root, "packages", folderName)
      const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest
      const files = globSync("src/**/*.ts", { cwd: folder })
        .map((path) => path.replaceAll("\\", "/"))
        .filter((path) => !path.includes("/testdata/"))
        .toSorted()
        .map((path) => ({ path, text: readFileSync(join(folder, path), "utf8") }))
      return { folder, folderName, manifest, files }
    })
}

/** The entries of a package that code can import: `.` and `./testing`, not `./package.json`. */
export function codeEntries(manifest: Manifest): { entry: string; conditions: Readonly<Record<string, string>> }[] {
  return Object.entries(manifest.exports ?? {}).flatMap(([entry, target]) =>
    typeof target === "string" ? [] : [{ entry, conditions: target }],
  )
}

/** How code outside imports an entry: `@bcopy/repo/testing` for `./testing`. */
export function entrySpecifier(manifest: Manifest, entry: string): string {
  return entry === "." ? manifest.name : `${manifest.name}/${entry.slice(2)}`
}
