import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { conformance } from "@bcopy/repo/testing"
import { describe, test } from "vitest"
import { folderStore } from "./folder-store.ts"
import { prepareFolder } from "./prepare-folder.ts"

async function makeStore() {
  const path = await mkdtemp(join(tmpdir(), "bcopy-repo-fs-"))
  await prepareFolder(path)
  return { store: folderStore({ path }), dispose: () => rm(path, { recursive: true }) }
}

describe("a folder keeps the store's promises", () => {
  const { capabilities } = folderStore({ path: "anywhere" })
  for (const { name, run } of conformance.filter(({ appliesTo }) => appliesTo(capabilities))) {
    test(name, () => run(makeStore))
  }
})
