import type { Manifest } from "../read-packages/read-packages.ts"

/**
 * Tells which files a package promises and its tarball lacks: all that its exports and bins name, a readme, a licence.
 *
 * @param manifest the package's manifest
 * @param paths the tarball's files, from the package's folder, without `./`
 */
export function missingFromTarball(manifest: Manifest, paths: readonly string[]): string[] {
  const targets = Object.values(manifest.exports ?? {}).flatMap((target) =>
    typeof target === "string" ? [target] : Object.values(target),
  )
  const promised = [...targets, ...Object.values(manifest.bin ?? {}), "README.md", "LICENSE"]
  return [...new Set(promised.map((path) => path.replace(/^\.\//, "")))].filter((path) => !paths.includes(path))
}
