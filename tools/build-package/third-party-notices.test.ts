import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, onTestFinished, test } from "vitest"
import { bundledPackages, renderNotices, requireBundleable } from "./third-party-notices.ts"

function makeFolder(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "bcopy-notices-"))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, path, ".."), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}

const packageFile = (name: string, license: string) => JSON.stringify({ name, version: "1.2.3", license })

test("what is bundled of others is named with its licence, once, and what is ours is not", () => {
  const folder = makeFolder({
    "node_modules/one/package.json": packageFile("one", "MIT"),
    "node_modules/one/LICENSE": "do as you like\n",
    "node_modules/one/README.md": "nothing to pass on",
    "node_modules/@of/two/package.json": packageFile("@of/two", "Apache-2.0"),
    "node_modules/@of/two/license": "do as you like",
    "node_modules/@of/two/NOTICE.txt": "made by somebody",
  })
  const files = ["node_modules/one/a.js", "node_modules/one/lib/b.js", "node_modules/@of/two/c.js", "src/main.ts"]
  const packages = bundledPackages(files, folder)
  expect(packages.map(({ name, licence }) => [name, licence])).toEqual([
    ["@of/two", "Apache-2.0"],
    ["one", "MIT"],
  ])
  expect(() => requireBundleable(packages)).not.toThrow()
  const text = renderNotices(packages)
  expect(text).toContain("@of/two 1.2.3 (Apache-2.0)\n\nmade by somebody\n\ndo as you like")
  expect(text).toContain("one 1.2.3 (MIT)\n\ndo as you like")
  expect(text).not.toContain("nothing to pass on")
})

test("a licence that does not allow it is found, in a package within a package too", () => {
  const folder = makeFolder({
    "node_modules/one/package.json": packageFile("one", "MIT"),
    "node_modules/one/node_modules/deep/package.json": packageFile("deep", "AGPL-3.0-only"),
  })
  const packages = bundledPackages(["node_modules/one/a.js", "node_modules/one/node_modules/deep/b.js"], folder)
  expect(() => requireBundleable(packages)).toThrow("deep 1.2.3 (AGPL-3.0-only)")
})

test("what does not work in a bundle is kept out of it", () => {
  const folder = makeFolder({ "node_modules/@smithy/core/package.json": packageFile("@smithy/core", "Apache-2.0") })
  const packages = bundledPackages(["node_modules/@smithy/core/a.js"], folder)
  expect(() => requireBundleable(packages)).toThrow("not to be bundled, since they break: @smithy/core")
})
