import { readdirSync, readFileSync } from "node:fs"
import { join, resolve } from "node:path"

/** A package of others that is in a bundle. */
export interface BundledPackage {
  readonly name: string
  readonly version: string
  /** As its package.json says, an SPDX expression. */
  readonly licence: string
  /** Texts that have to go along with it. */
  readonly texts: readonly string[]
}

/** Licences under which something may be a part of what we publish. */
const freeLicences: ReadonlySet<string> = new Set(["MIT", "Apache-2.0", "ISC", "0BSD", "BSD-2-Clause", "BSD-3-Clause"])

/** They load each other as they need them: bundled, some of the ways to come by credentials are lost. */
const breaking = ["@aws-sdk/", "@smithy/"]

/** What of a package's files must be passed on. */
const noticeFile = /^(licen[cs]e|notice|copying|copyright)/i

/**
 * The packages of others that files belong to, by name.
 *
 * @param files what was bundled, as paths from `folder`
 */
export function bundledPackages(files: readonly string[], folder: string): readonly BundledPackage[] {
  const roots = new Set(
    files.flatMap((file) => {
      const [, root] = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(resolve(folder, file).replaceAll("\\", "/")) ?? []
      return root === undefined ? [] : [root]
    }),
  )
  // Of one version there may be more than one copy.
  const found = [...roots].map((root) => readPackage(root))
  const once = new Map(found.map((one) => [`${one.name} ${one.version}`, one]))
  return [...once.values()].toSorted((a, b) => (`${a.name} ${a.version}` < `${b.name} ${b.version}` ? -1 : 1))
}

/** @throws Error that names the packages whose licence is not among those that may be, or that break in a bundle */
export function requireBundleable(packages: readonly BundledPackage[]): void {
  const others = packages.filter(({ licence }) => !freeLicences.has(licence))
  const named = others.map(({ name, version, licence }) => `${name} ${version} (${licence})`)
  if (others.length > 0) throw new Error(`not to be bundled, by their licence: ${named.join(", ")}`)
  const broken = packages.filter(({ name }) => breaking.some((scope) => name.startsWith(scope)))
  if (broken.length > 0)
    throw new Error(`not to be bundled, since they break: ${broken.map(({ name }) => name).join(", ")}`)
}

/** What is passed on with a bundle: who made what is in it, and on what terms. */
export function renderNotices(packages: readonly BundledPackage[]): string {
  const byTexts = new Map<string, BundledPackage[]>()
  for (const one of packages) {
    const text = one.texts.join("\n\n")
    byTexts.set(text, [...(byTexts.get(text) ?? []), one])
  }
  const parts = [...byTexts].map(([text, of]) => {
    const names = of.map(({ name, version, licence }) => `${name} ${version} (${licence})`)
    return `${names.join("\n")}\n\n${text}`
  })
  return `This program contains software of others:\n\n${parts.join(`\n\n${"-".repeat(80)}\n\n`)}\n`
}

function readPackage(root: string): BundledPackage {
  const { name, version, license } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    readonly name: string
    readonly version: string
    readonly license?: string
  }
  const texts = readdirSync(root)
    .filter((file) => noticeFile.test(file))
    .toSorted()
    .map((file) => readFileSync(join(root, file), "utf8").trim())
  return { name, version, licence: license ?? "none named", texts }
}
