import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"

const root = join(import.meta.dirname, "..")

test.each([
  {
    name: "seal-object",
    output:
      "what was compressed\nand more of it\n" +
      "backups/a/packs/b/00000002 was not sealed under this key for this place\n",
  },
  {
    name: "keep-keys",
    output:
      "a wrong password opens 0 slots\n" +
      "password slot: the same ring is true\nrecovery slot: the same ring is true\n",
  },
])("the example $name runs", ({ name, output }) => {
  const file = join(root, "examples", `${name}.ts`)
  const { stdout, stderr } = spawnSync(process.execPath, ["--conditions=@bcopy/source", file], { encoding: "utf8" })
  expect(stderr).toBe("")
  expect(stdout).toBe(output)
})

test("the README shows the example as it is", () => {
  const shown = /```ts\n([\s\S]+?)```/.exec(readFileSync(join(root, "README.md"), "utf8"))?.[1]
  expect(shown).toBe(readFileSync(join(root, "examples/seal-object.ts"), "utf8"))
})
