import { spawnSync } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { objectKinds, type ObjectKind } from "@bcopy/chain-format"
import { clearSuite as testSuite } from "../../packages/chain-format/src/testing/clear-suite.ts"
import { clearSuite } from "../../packages/copy-engine/src/clear-suite.ts"
import { vectorFiles } from "./all-vectors.ts"

const root = join(import.meta.dirname, "../..")
const folder = join(root, "packages/chain-format/testdata/vectors")

test("the vectors made anew are the vectors in the repository, byte for byte", () => {
  const made = vectorFiles()
  expect(readdirSync(folder).toSorted()).toEqual([...made.keys()].toSorted())
  for (const [name, bytes] of made) expect(Buffer.from(bytes).equals(readFileSync(join(folder, name))), name).toBe(true)
})

test("every rejection of the decoders has its vector", () => {
  const script = join(import.meta.dirname, "uncovered.ts")
  const { stdout, stderr } = spawnSync(process.execPath, ["--conditions=@bcopy/source", script], { encoding: "utf8" })
  expect(stdout + stderr).toBe("")
})

test("the clear suite of the vectors is that of the engine", () => {
  const associated = Uint8Array.from({ length: 40 }, (_, at) => at)
  for (const kind of Object.keys(objectKinds) as ObjectKind[])
    for (const key of ["a", "backups/é/packs/00000001"])
      for (const [number, last] of [
        [0, false],
        [65_534, true],
      ] as const)
        for (const length of [0, 1, 1000, 100_000]) {
          const body = new Uint8Array(length).fill(number)
          const [ours, engines] = [testSuite.begin(kind, key), clearSuite().begin(kind, key)]
          const [mine, sealed] = [0, 1].map(() => new Uint8Array(length + clearSuite().overheadBytes)) as Two
          ours.slot(number, body, last, associated, mine)
          engines.slot(number, body, last, associated, sealed)
          expect(Buffer.compare(mine, sealed)).toBe(0)
          expect([ours.header, ours.hint]).toEqual([engines.header, engines.hint])
          const opening = testSuite.open(kind, key, engines.header)
          expect(opening.slot(number, sealed, last, associated)).toEqual(body)
        }
})

type Two = [Uint8Array, Uint8Array]
