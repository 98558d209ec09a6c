import { expect, test } from "vitest"
import { missingFromTarball } from "./missing-from-tarball.ts"

const manifest = {
  name: "@bcopy/p",
  version: "0.0.0",
  exports: { ".": { types: "./dist/index.d.ts", default: "./dist/index.js" }, "./package.json": "./package.json" },
  bin: { p: "./dist/main.js" },
}

test("a tarball that holds all that is promised lacks nothing", () => {
  const paths = ["package.json", "README.md", "LICENSE", "dist/index.d.ts", "dist/index.js", "dist/main.js"]
  expect(missingFromTarball(manifest, paths)).toEqual([])
})

test("what exports, bins and good manners promise is missed by name", () => {
  expect(missingFromTarball(manifest, ["package.json"])).toEqual([
    "dist/index.d.ts",
    "dist/index.js",
    "dist/main.js",
    "README.md",
    "LICENSE",
  ])
})
