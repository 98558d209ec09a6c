import { mkdirSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import { build, type Plugin } from "esbuild"
import type { Options } from "tsup"
import { buildPackage } from "./build-package.ts"
import { bundledPackages, renderNotices, requireBundleable } from "./third-party-notices.ts"

/** Packages that were made for `require` ask for it when they need something of Node. */
const BANNER =
  'import { createRequire as createRequireOf } from "node:module"; const require = createRequireOf(import.meta.url);'

/** How what is bundled is written: names stay, so that a stack trace can be read. */
const written = { minifySyntax: true, minifyWhitespace: true, sourcemap: true, sourcesContent: false } as const

/**
 * The tsup options of a program: what it uses of other packages is bundled with it, so that it starts from a few files, and
 * runs what was tested with it. What stands in its `dependencies` is not; `dist/THIRD-PARTY-NOTICES` says whose the rest is.
 *
 * @param folder the package's folder; what is bundled stands in its `devDependencies`
 * @param workers entries of other packages that threads are started from, each as one file of its name beside the program
 * @throws Error if something is bundled that must not be, by its licence or because it does not work that way
 */
export function buildApp(folder: string, { workers }: { readonly workers: Readonly<Record<string, string>> }): Options {
  const conditions = ["@bcopy/source"]
  const options = buildPackage(folder)
  const notices: Plugin = {
    name: "third-party-notices",
    setup({ initialOptions, onEnd }) {
      initialOptions.metafile = true
      onEnd(({ metafile }) => {
        if (metafile === undefined) return
        const packages = bundledPackages(Object.keys(metafile.inputs), folder)
        requireBundleable(packages)
        mkdirSync(join(folder, "dist"), { recursive: true })
        writeFileSync(join(folder, "dist/THIRD-PARTY-NOTICES"), renderNotices(packages))
      })
    },
  }
  return {
    ...options,
    banner: { js: BANNER },
    esbuildPlugins: [notices],
    esbuildOptions: (esbuild) => void Object.assign(esbuild, written, { conditions }),
    onSuccess: async () => {
      const { resolve } = createRequire(join(folder, "package.json"))
      const entries = Object.entries(workers).map(([name, entry]) => [name, resolve(entry)])
      await build({
        ...written,
        conditions,
        absWorkingDir: folder,
        entryPoints: Object.fromEntries(entries) as Record<string, string>,
        outdir: "dist",
        bundle: true,
        platform: "node",
        format: "esm",
        target: options.target as string,
        logLevel: "warning",
      })
    },
  }
}
