import { builtinModules } from "node:module"
import { posix } from "node:path"
import type { SourceFile, WorkspacePackage } from "../read-packages/read-packages.ts"
import { findImports } from "../read-tokens/find-imports.ts"
import { readTokens } from "../read-tokens/read-tokens.ts"
import { findClockUses } from "./find-clock-uses.ts"
import { MAX_LINES, allowedLayers, awsPackages, purePackages, testTools, vagueNames } from "./layer-rules.ts"

/** The layer of a package, from its Nx tag `layer:…`; undefined when it has none or an unknown one. */
export function layerOf(pack: WorkspacePackage): string | undefined {
  const layers = (pack.manifest.nx?.tags ?? []).filter((tag) => tag.startsWith("layer:")).map((tag) => tag.slice(6))
  return layers.length === 1 && layers[0] !== undefined && layers[0] in allowedLayers ? layers[0] : undefined
}

/**
 * Holds one package against the rules of the house.
 *
 * @param pack the package
 * @param all every package of the workspace, to tell layers by name
 * @returns one sentence per breach, each beginning with the file and, where there is one, the line
 */
export function checkPackage(pack: WorkspacePackage, all: readonly WorkspacePackage[]): string[] {
  return [...checkManifest(pack, all), ...pack.files.flatMap((file) => checkFile(pack, file, all))]
}

function checkManifest(pack: WorkspacePackage, all: readonly WorkspacePackage[]): string[] {
  const at = `packages/${pack.folderName}/package.json`
  const layer = layerOf(pack)
  if (layer === undefined)
    return [
      `${at}: nx.tags needs exactly one of ${Object.keys(allowedLayers)
        .map((name) => `layer:${name}`)
        .join(", ")}`,
    ]

  const breaches: string[] = []
  const imported = { source: new Set<string>(), test: new Set<string>() }
  for (const file of pack.files)
    for (const { module } of findImports(file.text))
      imported[isTest(pack, file) ? "test" : "source"].add(packageOf(module))

  for (const name of Object.keys(pack.manifest.dependencies ?? {})) {
    const breach = layerBreach(layer, name, all)
    if (breach !== undefined) breaches.push(`${at}: ${breach}`)
    if (testTools.includes(name)) breaches.push(`${at}: ${name} is for tests and belongs in devDependencies`)
    if (isOurs(name, all) && !imported.source.has(name))
      breaches.push(`${at}: ${name} is in dependencies and no source file imports it`)
  }
  const isApp = layer === "app"
  if (isApp) breaches.push(...otherVersions(pack, all).map((breach) => `${at}: ${breach}`))
  for (const name of Object.keys(pack.manifest.devDependencies ?? {}))
    if (isOurs(name, all) && !imported.test.has(name) && !(isApp && imported.source.has(name)))
      breaches.push(`${at}: ${name} is in devDependencies and no ${isApp ? "file" : "test"} imports it`)
  return breaches
}

/** What is bundled with a program must find there the version that it was made for. */
function otherVersions({ manifest }: WorkspacePackage, all: readonly WorkspacePackage[]): string[] {
  return Object.entries(manifest.dependencies ?? {}).flatMap(([name, version]) =>
    all.flatMap((other) => {
      const wanted = other.manifest.dependencies?.[name]
      if (wanted === undefined || wanted === version || isOurs(name, all)) return []
      return [`${name} is ${version} here, and ${wanted} in ${other.manifest.name}`]
    }),
  )
}

function checkFile(pack: WorkspacePackage, file: SourceFile, all: readonly WorkspacePackage[]): string[] {
  const at = `packages/${pack.folderName}/${file.path}`
  const breaches: string[] = []
  for (const { module, line } of findImports(file.text)) {
    const breach = importBreach(pack, file, module, all)
    if (breach !== undefined) breaches.push(`${at}:${line}: ${breach}`)
  }

  for (const line of starExports(file.text)) breaches.push(`${at}:${line}: name what is exported instead of export *`)

  const name = posix.basename(file.path).replace(/(\.test)?\.ts$/, "")
  if (vagueNames.includes(name))
    breaches.push(`${at}: a file called ${name} is a question not yet answered: name it after its main export`)
  if (isTest(pack, file)) return breaches

  const lines = file.text.split("\n").length - (file.text.endsWith("\n") ? 1 : 0)
  if (lines > MAX_LINES) breaches.push(`${at}: ${lines} lines, at most ${MAX_LINES} are allowed`)
  if (layerOf(pack) !== "app" && name !== "clock")
    for (const { use, line } of findClockUses(file.text))
      breaches.push(`${at}:${line}: ${use} belongs in clock.ts or an app: take time and randomness as an argument`)
  return breaches
}

function importBreach(
  pack: WorkspacePackage,
  file: SourceFile,
  module: string,
  all: readonly WorkspacePackage[],
): string | undefined {
  const { manifest, folderName } = pack
  if (module.startsWith(".")) {
    const target = posix.normalize(posix.join(posix.dirname(file.path), module))
    return target.startsWith("../") ? `${module} leaves the package: import the other package by its name` : undefined
  }
  if (isBuiltin(module)) {
    const free = isTest(pack, file) || file.path.startsWith("src/testing/") || !purePackages.includes(folderName)
    return free ? undefined : `${module} is not for ${folderName}, which takes what it needs as arguments`
  }

  const name = packageOf(module)
  if (name === manifest.name) return undefined
  if (name.startsWith("@aws-sdk/") && !awsPackages.includes(folderName))
    return `${name} is known to ${awsPackages.join(", ")} only`
  if (isTest(pack, file)) {
    const known = isOurs(name, all) || testTools.includes(name)
    const declared = name in (manifest.dependencies ?? {}) || name in (manifest.devDependencies ?? {})
    return known && !declared ? `${name} is in neither dependencies nor devDependencies` : undefined
  }
  if (testTools.includes(name)) return `${name} is for tests`
  const breach = layerBreach(layerOf(pack), name, all)
  if (breach !== undefined) return breach
  if (name in (manifest.dependencies ?? {})) return undefined
  // What is bundled with a program is not installed with it.
  if (layerOf(pack) === "app")
    return name in (manifest.devDependencies ?? {}) ? undefined : `${name} is declared nowhere`
  return `${name} is not in dependencies`
}

function layerBreach(layer: string | undefined, name: string, all: readonly WorkspacePackage[]): string | undefined {
  const target = all.find((other) => other.manifest.name === name)
  const targetLayer = target === undefined ? undefined : layerOf(target)
  if (layer === undefined || targetLayer === undefined) return undefined
  const allowed = allowedLayers[layer] ?? []
  if (allowed.includes(targetLayer)) return undefined
  return `${name} is of layer ${targetLayer}, and layer ${layer} may import from ${allowed.join(", ") || "no other package"}`
}

function starExports(text: string): number[] {
  const tokens = readTokens(text)
  return tokens
    .filter((token, index) => token.text === "export" && tokens[index + 1]?.text === "*")
    .map(({ line }) => line)
}

function isOurs(name: string, all: readonly WorkspacePackage[]): boolean {
  return all.some((pack) => pack.manifest.name === name)
}

/** Tests, and what stands in a testing folder for them alone: one that the package does not export. */
function isTest({ manifest }: WorkspacePackage, file: SourceFile): boolean {
  const ownTesting = file.path.startsWith("src/testing/") && !("./testing" in (manifest.exports ?? {}))
  return file.path.endsWith(".test.ts") || ownTesting
}

function isBuiltin(module: string): boolean {
  return module.startsWith("node:") || builtinModules.includes(module)
}

function packageOf(module: string): string {
  return module.split("/", module.startsWith("@") ? 2 : 1).join("/")
}
