import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"

const root = join(import.meta.dirname, "..")

test.each([
  { name: "content-root", output: /^[0-9a-f]{64}\n$/ },
  { name: "fold-log", output: /^entry 3, 0 points, 1 session fenced\n$/ },
  { name: "read-slot", output: /^slot 1 of 2: 1048576 bytes of 2\n$/ },
])("the example $name runs", ({ name, output }) => {
  const file = join(root, "examples", `${name}.ts`)
  const { stdout, stderr } = spawnSync(process.execPath, ["--conditions=@bcopy/source", file], { encoding: "utf8" })
  expect(stderr).toBe("")
  expect(stdout).toMatch(output)
})

test("the README shows the example as it is", () => {
  const shown = /```ts\n([\s\S]+?)```/.exec(readFileSync(join(root, "README.md"), "utf8"))?.[1]
  expect(shown).toBe(readFileSync(join(root, "examples/content-root.ts"), "utf8"))
})
