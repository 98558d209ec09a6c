import { readFileSync } from "node:fs"
import { join } from "node:path"
import type { Options } from "tsup"

/** What `package.json` says about the files a package is entered by. */
interface Manifest {
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>
  readonly bin?: Readonly<Record<string, string>>
  readonly engines: { readonly node: string }
}

/**
 * The tsup options of a package: one JavaScript file for each entry its manifest names, shared chunks beside them, at the
 * same path under `dist` as the source has under `src`. Declarations come from `tsc`.
 *
 * @param folder the package's folder
 * @param moreEntries entries that no export names, as a worker's file: paths from the package's folder, `src/mover.ts`
 */
export function buildPackage(folder: string, moreEntries: readonly string[] = []): Options {
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest
  const sources = [
    ...Object.values(manifest.exports ?? {}).flatMap((target) =>
      typeof target === "string" ? [] : [target["@bcopy/source"] ?? []].flat(),
    ),
    ...Object.values(manifest.bin ?? {}).map((path) => path.replace(/^\.\/dist\/(.*)\.js$/, "./src/$1.ts")),
    ...moreEntries,
  ]
  return {
    entry: Object.fromEntries(sources.map((path) => [path.replace(/^(?:\.\/)?src\/(.*)\.ts$/, "$1"), path])),
    format: "esm",
    target: `node${/\d+(?:\.\d+)*/.exec(manifest.engines.node)?.[0]}`,
    platform: "node",
    clean: true,
    sourcemap: true,
    dts: false,
    silent: true,
  }
}
