import { describe, expect, test } from "vitest"
import type { SessionId } from "./ids.ts"
import { entryKey, layout } from "./layout.ts"
import { readSettings } from "./read-settings.ts"
import { listFolders } from "./repository-view.ts"
import { findSetting, foldSettings, type SettingsEntry, settingsAgainstWriting } from "./settings-entry.ts"
import { encodeSmallObject } from "./small-object.ts"
import { backup } from "./testing/stored-point.ts"
import { type MemoryView, memoryView } from "./testing/memory-view.ts"

const prefix = layout.backupSettings(backup)

function append(view: MemoryView, number: number, records: SettingsEntry["records"], over: object = {}): void {
  const before = number === 1 ? [] : ((view as { last?: SettingsEntry["catalogue"] }).last ?? [])
  const catalogue = foldSettings(before, records)
  Object.assign(view, { last: catalogue })
  const objectKey = entryKey(prefix, number)
  const entry = { number, session: "5".repeat(32) as SessionId, atMs: 1, records, catalogue, ...over }
  view.objects.set(objectKey, encodeSmallObject("backupSettings", entry, { ...view, objectKey }))
}

describe("settings", () => {
  test("are what the newest entry says, at the cost of one listing and one read", async () => {
    const view = memoryView()
    append(view, 1, [
      { type: "name", name: "nightly" },
      { type: "blockSize", bytes: 65_536 },
    ])
    append(view, 2, [{ type: "name", name: "hourly" }])
    append(view, 3, [{ type: "owner", owner: "x" } as never])
    const settings = await readSettings(view, prefix)
    expect(settings?.entry.number).toBe(3)
    expect(findSetting(settings?.entry, "name")?.name).toBe("hourly")
    expect(findSetting(settings?.entry, "blockSize")?.bytes).toBe(65_536)
    expect(findSetting(settings?.entry, "instance")).toBeUndefined()
    expect(settings?.entry.catalogue).toContainEqual({ type: "owner", owner: "x" })
    expect(view.requests).toMatchObject({ lists: 1, reads: 1 })
  })

  test("that were never made are undefined", async () => {
    expect(await readSettings(memoryView(), prefix)).toBeUndefined()
    expect(findSetting(undefined, "name")).toBeUndefined()
  })

  test("that a listing does not show yet are found by their keys, by who needs to know that there are none", async () => {
    const view = memoryView()
    for (const number of [1, 2, 3]) append(view, number, [{ type: "name", name: `name ${number}` }])
    Object.assign(view, { list: async () => ({ keys: [], folders: [] }) })
    expect(await readSettings(view, prefix)).toBeUndefined()
    expect((await readSettings(view, prefix, { proveAbsent: true }))?.entry.number).toBe(3)
    expect(await readSettings(view, layout.repositorySettings, { proveAbsent: true })).toBeUndefined()
  })

  test("under the key of others, or gone since they were listed, are refused", async () => {
    const view = memoryView()
    append(view, 1, [], { number: 2 })
    await expect(readSettings(view, prefix)).rejects.toMatchObject({ code: "Inconsistent" })
    Object.assign(view, { read: async () => undefined })
    await expect(readSettings(view, prefix)).rejects.toMatchObject({ code: "Missing" })
  })

  test.each([
    { record: { type: "name", name: "a" }, against: [] },
    { record: { type: "owner" }, against: [`setting "owner"`] },
    { record: { type: "owner", features: { compatible: ["owners"] } }, against: [] },
    { record: { type: "owner", features: { readOnly: ["owners"] } }, against: ["owners"] },
    { record: { type: "name", name: "a", features: { readOnly: ["scripts"] } }, against: ["scripts"] },
  ])("stop a writer that does not know them: $record", ({ record, against }) => {
    expect(settingsAgainstWriting({ catalogue: [record] } as never)).toEqual(against)
  })

  test("stop a writer by a feature of the entry, and nobody where there are none", () => {
    expect(settingsAgainstWriting({ catalogue: [], features: { readOnly: ["x"] } } as never)).toEqual(["x"])
    expect(settingsAgainstWriting(undefined)).toEqual([])
  })
})

test("folders are listed over as many pages as there are", async () => {
  const view = memoryView()
  const ids = Array.from({ length: 25 }, (_, number) => number.toString(16).padStart(32, "0"))
  for (const id of ids) {
    view.objects.set(`backups/${id}/settings/1`, new Uint8Array())
    view.objects.set(`backups/${id}/log/1`, new Uint8Array())
  }
  const { list } = view
  Object.assign(view, { list: (under: string, options: object) => list(under, { ...options, limit: 10 }) })
  const found: string[] = []
  for await (const folder of listFolders(view, layout.backups)) found.push(folder)
  expect(found).toEqual(ids)
  expect(view.requests.lists).toBe(3)
})
