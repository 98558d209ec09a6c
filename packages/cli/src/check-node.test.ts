import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { complainOfNode } from "./check-node.ts"

test.for(["24.7.0", "24.21.0", "25.0.0", "100.0.0-nightly"])("Node %s will do", (version) => {
  expect(complainOfNode(version)).toBeUndefined()
})

test.for(["24.6.9", "22.18.0", "20.0.0", "8.17.0"])(
  "Node %s is told what is wanted, in one sentence with both numbers",
  (version) => {
    const complaint = complainOfNode(version)
    expect(complaint).toContain("24.7")
    expect(complaint).toContain(version)
    expect(complaint).not.toContain("\n")
  },
)

test("what is wanted is what package.json says", () => {
  const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
    engines: { node: string }
  }
  const [, major, minor] = /^>=(\d+)\.(\d+)$/.exec(manifest.engines.node)!
  expect(complainOfNode(`${major}.${minor}.0`)).toBeUndefined()
  expect(complainOfNode(`${major}.${Number(minor) - 1}.0`)).toBeDefined()
})

test("nothing else is imported before: a name that an older Node lacks would end it with a stack trace", () => {
  const text = readFileSync(new URL("main.ts", import.meta.url), "utf8")
  expect([...text.matchAll(/^import .*$/gm)].map(([line]) => line)).toEqual([
    'import { complainOfNode } from "./check-node.ts"',
  ])
})
