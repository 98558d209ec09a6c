import { mkdirSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import { build, type BuildOptions, type Plugin } from "esbuild"
import type { Options } from "tsup"
import { buildPackage } from "./build-package.ts"
import { builtinModules } from "./builtin-modules.ts"
import { bundledPackages, renderNotices, requireBundleable } from "./third-party-notices.ts"

/** How what is bundled is written: names stay, so that a stack trace can be read. */
const written = { minifySyntax: true, minifyWhitespace: true, sourcemap: true, sourcesContent: false } as const

export interface AppParts {
  /** The source of the program itself, which becomes a script of its own: `dist/NAME.cjs`, with `import.meta.url` as `scriptUrl`. */
  readonly script: string
  /** Entries of other packages that threads are started from, each as one file of its name beside the program. */
  readonly workers: Readonly<Record<string, string>>
}

/**
 * The tsup options of a program: what it uses of other packages is bundled with it, so that it starts from a few files, and
 * runs what was tested with it. What stands in its `dependencies` is not; `dist/THIRD-PARTY-NOTICES` says whose the rest is.
 * What its manifest names is small, and runs the script: a script, other than a module, can be kept as it was compiled.
 * docs/decisions/0027-a-program-kept-compiled.md
 *
 * @param folder the package's folder; what is bundled stands in its `devDependencies`
 * @throws Error if something is bundled that must not be, by its licence or because it does not work that way
 */
export function buildApp(folder: string, { script, workers }: AppParts): Options {
  const options = buildPackage(folder)
  const { resolve } = createRequire(join(folder, "package.json"))
  const bundled = {
    ...written,
    absWorkingDir: folder,
    conditions: ["@bcopy/source"],
    bundle: true,
    platform: "node",
    target: options.target as string,
    logLevel: "warning",
  } as const satisfies BuildOptions
  const manifest = resolve("./package.json")
  const { dependencies = {} } = createRequire(manifest)(manifest) as { dependencies?: Record<string, string> }
  const buildScript = async () => {
    const { metafile } = await build({
      ...bundled,
      entryPoints: [script],
      outdir: "dist",
      outExtension: { ".js": ".cjs" },
      format: "cjs",
      external: Object.keys(dependencies),
      define: { "import.meta.url": "scriptUrl" },
      supported: { "dynamic-import": false },
      metafile: true,
    })
    const packages = bundledPackages(Object.keys(metafile.inputs), folder)
    requireBundleable(packages)
    mkdirSync(join(folder, "dist"), { recursive: true })
    writeFileSync(join(folder, "dist/THIRD-PARTY-NOTICES"), renderNotices(packages))
  }
  const buildWorkers = async () => {
    const entries = Object.entries(workers).map(([name, entry]) => [name, resolve(entry)])
    await build({
      ...bundled,
      entryPoints: Object.fromEntries(entries) as Record<string, string>,
      outdir: "dist",
      format: "esm",
      plugins: [builtinModules],
    })
  }
  return {
    ...options,
    removeNodeProtocol: false,
    esbuildPlugins: [builtinModules, elsewhere(script)],
    esbuildOptions: (esbuild) => void Object.assign(esbuild, written, { conditions: bundled.conditions }),
    onSuccess: async () => {
      await Promise.all([buildScript(), buildWorkers()])
    },
  }
}

/** Leaves out a source that is bundled by itself. */
function elsewhere(source: string): Plugin {
  const [name = ""] = source.split("/").slice(-1)
  return {
    name: "elsewhere",
    setup({ onResolve }) {
      onResolve({ filter: /^\.\// }, ({ path }) => (path === `./${name}` ? { path, external: true } : undefined))
    },
  }
}
