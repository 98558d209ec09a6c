import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"
import { syntheticImages } from "../bench/synthetic-images.ts"
import { proveCopies } from "./prove-copies.ts"
import { proveFinding } from "./prove-finding.ts"
import { runBcopy } from "./run-bcopy.ts"
import type { Stage } from "./stage.ts"

// The proofs that cost little, on small images; `npm run proof -- --quick` runs all of them.
const folder = mkdtempSync(join(tmpdir(), "bcopy-proof-"))
afterAll(() => rmSync(folder, { recursive: true }))
const sizeBytes = 8 << 20
const images = syntheticImages(folder, { sizeBytes, versions: 1 })
const stage: Stage = { folder, images, sizeBytes, seed: 1 }

test("points are backed up and copied, the primary is lost, and every point comes back from the copy", async () => {
  expect(await proveCopies(stage)).toHaveLength(3)
})

test("one of ten thousand workloads is found in at most three requests", async () => {
  expect(await proveFinding(stage)).toHaveLength(1)
})

test("a run that ends otherwise than it should is an error that says how", async () => {
  const args = ["points", "--repo", join(folder, "nowhere")]
  await expect(runBcopy(args)).rejects.toThrow(/points --repo .*: ended with 10, 0 was due: .*nowhere/)
  expect((await runBcopy(args, { expect: [10] })).document.error?.code).toBe("NoRepository")
})
