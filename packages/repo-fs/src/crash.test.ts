import { parseObjectKey } from "@bcopy/repo"
import { describe, expect, test } from "vitest"
import { folderStoreOn } from "./folder-store.ts"
import { prepareFolderOn } from "./prepare-folder.ts"
import { PowerCutDisk } from "./testing/power-cut-disk.ts"

const key = parseObjectKey("backups/b1/log/w1/1")
const bytes = new Uint8Array([1, 2, 3])
const path = "/mnt/repository"

async function newDisk(): Promise<PowerCutDisk> {
  const disk = new PowerCutDisk()
  await disk.makeFolder("/mnt")
  await disk.syncFolder("/")
  await prepareFolderOn(disk, path)
  return disk
}

function storeOn(disk: PowerCutDisk) {
  return folderStoreOn(disk, { path, clock: { now: () => 0 } })
}

/** How many steps creating one object in a new folder takes. */
async function stepsOfCreate(): Promise<number> {
  const disk = await newDisk()
  const before = disk.steps
  await storeOn(disk).create(key, bytes)
  return disk.steps - before
}

describe.each(["process dies", "power fails"])("when the %s", (event) => {
  test.each([false, true])(
    "at any step of a creation, that step done: %s, all of the object is there or nothing",
    async (done) => {
      const steps = await stepsOfCreate()
      const seen = new Set<string>()
      for (let step = 1; step <= steps; step++) {
        const disk = await newDisk()
        disk.dieAt(disk.steps + step, done)
        const told = await storeOn(disk)
          .create(key, bytes)
          .then(
            () => "created",
            () => "failed",
          )
        if (event === "power fails") disk.cutPower()
        else disk.revive()
        const found = await storeOn(disk).read(key)
        if (found !== undefined) expect(found.bytes).toEqual(bytes)
        if (told === "created") expect(found).toBeDefined()
        seen.add(`${told}, ${found === undefined ? "absent" : "whole"}`)
        // Whatever was left behind, the next one can finish it, and then it is there for good.
        const again = await storeOn(disk).create(key, bytes)
        expect(again.created).toBe(found === undefined)
        disk.cutPower()
        expect((await storeOn(disk).read(key))?.bytes).toEqual(bytes)
        expect((await storeOn(disk).list("")).objects.map((object) => object.key)).toEqual([key])
      }
      // The last step is the one that makes it durable: a power cut before it takes everything.
      const outcomes = event === "power fails" && !done ? ["failed, absent"] : ["failed, absent", "failed, whole"]
      expect([...seen].toSorted()).toEqual(outcomes)
    },
  )
})

test("a creation that resolved survives a power cut, also in folders that others made without syncing them", async () => {
  const disk = await newDisk()
  for (const folder of ["backups", "backups/b1", "backups/b1/log", "backups/b1/log/w1"]) {
    await disk.makeFolder(`${path}/${folder}`)
  }
  await storeOn(disk).create(key, bytes)
  disk.cutPower()
  expect((await storeOn(disk).read(key))?.bytes).toEqual(bytes)
})

test("a folder that was removed and made again by others is synced again", async () => {
  const disk = await newDisk()
  const store = storeOn(disk)
  await store.create(key, bytes)
  await storeOn(disk).remove(key)
  for (const folder of ["backups", "backups/b1", "backups/b1/log", "backups/b1/log/w1"]) {
    await disk.makeFolder(`${path}/${folder}`)
  }
  await store.create(key, new Uint8Array([9]))
  disk.cutPower()
  expect((await storeOn(disk).read(key))?.bytes).toEqual(new Uint8Array([9]))
})

test("an object that another made without syncing the folder is synced by who finds it there", async () => {
  const disk = await newDisk()
  const steps = await stepsOfCreate()
  disk.dieAt(disk.steps + steps - 5, true)
  await storeOn(disk)
    .create(key, bytes)
    .catch(() => undefined)
  disk.revive()
  expect((await storeOn(disk).create(key, new Uint8Array([9]))).created).toBe(false)
  disk.cutPower()
  expect((await storeOn(disk).read(key))?.bytes).toEqual(bytes)
})
