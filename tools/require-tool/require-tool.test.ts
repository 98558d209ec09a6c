import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { requireToolIn } from "./require-tool.ts"

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "require-tool-"))
})

afterEach(() => rmSync(folder, { recursive: true }))

test("a program on PATH is found, in CI and elsewhere", () => {
  writeFileSync(join(folder, "frobnicate"), "#!/bin/sh\n")
  chmodSync(join(folder, "frobnicate"), 0o755)
  expect(requireToolIn("frobnicate", "frob-utils", { PATH: folder })).toBe(true)
  expect(requireToolIn("frobnicate", "frob-utils", { PATH: folder, CI: "true" })).toBe(true)
})

test("an absent program is false on a workstation", () => {
  expect(requireToolIn("frobnicate", "frob-utils", { PATH: folder })).toBe(false)
})

test("an absent program throws in CI and names the package to install", () => {
  expect(() => requireToolIn("frobnicate", "frob-utils", { PATH: folder, CI: "true" })).toThrow(
    /frobnicate is not installed.*apt-get install frob-utils/,
  )
})
