import { readFileSync } from "node:fs"
import { join } from "node:path"
import { build } from "esbuild"
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
 * @param selfContained sources of entries that become one file each with all that they use of other packages: a worker's,
 *   which then loads fast, and can be taken elsewhere
 */
export function buildPackage(
  folder: string,
  { selfContained = [] }: { readonly selfContained?: readonly string[] } = {},
): Options {
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest
  const sources = [
    ...Object.values(manifest.exports ?? {}).flatMap((target) =>
      typeof target === "string" ? [] : [target["@bcopy/source"] ?? []].flat(),
    ),
    ...Object.values(manifest.bin ?? {}).map((path) => path.replace(/^\.\/dist\/(.*)\.js$/, "./src/$1.ts")),
  ].filter((path) => !selfContained.includes(path))
  const target = `node${/\d+(?:\.\d+)*/.exec(manifest.engines.node)?.[0]}`
  return {
    entry: Object.fromEntries(sources.map((path) => [path.replace(/^(?:\.\/)?src\/(.*)\.ts$/, "$1"), path])),
    format: "esm",
    target,
    platform: "node",
    clean: true,
    sourcemap: true,
    dts: false,
    silent: true,
    ...(selfContained.length > 0 && {
      onSuccess: async () => {
        await build({
          absWorkingDir: folder,
          entryPoints: [...selfContained],
          outdir: "dist",
          bundle: true,
          platform: "node",
          format: "esm",
          target,
          conditions: ["@bcopy/source"],
          sourcemap: true,
          logLevel: "warning",
        })
      },
    }),
  }
}
