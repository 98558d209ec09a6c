import { describe, expect, test } from "vitest"
import { toHex } from "./hex.ts"
import { entryKey, layout } from "./layout.ts"
import type { nextEntry } from "./log-entry.ts"
import { proveLog } from "./prove-log.ts"
import { openEntry, readLog } from "./read-log.ts"
import { encodeSmallObject } from "./small-object.ts"
import { emptyManifest, logWriter, numberedId, place } from "./testing/model-log.ts"
import { type MemoryView, memoryView } from "./testing/memory-view.ts"

const session = numberedId<"session">(0x55)
const keyOf = (number: number) => entryKey(layout.log(place.backup, place.workload), number)

/** A log of so many points; every third is removed by the entry behind it. */
function logOf(entries: number) {
  const view = memoryView()
  const writer = logWriter(view)
  let point: { entry: number; point: ReturnType<typeof numberedId<"point">> } | undefined
  while (writer.state.head.number < entries) {
    const number = writer.state.head.number + 1
    if (number % 4 === 0 && point !== undefined) writer.append(session, { kind: "removal", points: [point], undoMs: 0 })
    else {
      point = { entry: number, point: numberedId<"point">(number) }
      writer.append(session, { kind: "point", manifest: emptyManifest(number, number) })
    }
  }
  return { view, writer }
}

/** Puts an entry of another content under a number: what who holds the key can do, also to the newest one. */
function replaceHead(view: MemoryView, writer: ReturnType<typeof logWriter>, change: (body: object) => object) {
  const { number } = writer.state.head
  const objectKey = keyOf(number)
  const entry = openEntry(view, place, number, view.objects.get(objectKey) as Uint8Array)
  view.objects.set(objectKey, encodeSmallObject("logEntry", change(entry), { ...view, objectKey }))
}

async function stateOf(view: MemoryView) {
  const state = await readLog(view, place)
  if (state === undefined) throw new Error("there is no log")
  return state
}

describe("proving a log", () => {
  test("gives the state that its newest entries give, whatever its length", async () => {
    for (const entries of [1, 5, 63, 64, 65, 130, 200]) {
      const { view } = logOf(entries)
      const state = await stateOf(view)
      const { state: proven, atBarrier } = await proveLog(view, place, state)
      expect(proven.points).toEqual(state.points)
      expect(proven.removed).toEqual(state.removed)
      expect(proven.head).toEqual(state.head)
      expect(atBarrier).toBeUndefined()
    }
  })

  test("gives the state at the newest barrier, and begins at the floor that this one set", async () => {
    const { view, writer } = logOf(140)
    const purged = writer.state.removed.slice(0, 3).map(({ point }) => ({ entry: point.entry, point: point.point }))
    writer.append(session, { kind: "barrier", epoch: 4, purged, floor: 64 })
    writer.append(session, { kind: "point", manifest: emptyManifest(999, 999) })
    // Nothing below the floor is asked for.
    for (let number = 1; number < 64; number++) view.objects.delete(keyOf(number))
    const state = await stateOf(view)
    expect(state.floor).toBe(64)
    expect(state.barrier).toEqual({ entry: 141, epoch: 4, voidBelow: 1 })
    const { state: proven, atBarrier } = await proveLog(view, place, state)
    expect(proven.points).toEqual(state.points)
    expect(atBarrier?.head.number).toBe(141)
    expect(atBarrier?.points).toHaveLength(state.points.length - 1)
  })

  test("refuses a catalogue that leaves out a point, be it the newest entry's", async () => {
    const { view, writer } = logOf(140)
    writer.append(session, { kind: "barrier", epoch: 1, purged: [], floor: 64 })
    replaceHead(view, writer, (entry) => {
      const { catalogue, ...rest } = entry as ReturnType<typeof nextEntry>
      return { ...rest, catalogue: { ...catalogue, points: catalogue?.points.slice(1) } }
    })
    const state = await stateOf(view)
    await expect(proveLog(view, place, state)).rejects.toMatchObject({ code: "Inconsistent" })
  })

  test("refuses a log of which an entry between is missing or another one", async () => {
    const { view } = logOf(140)
    const state = await stateOf(view)
    const good = view.objects.get(keyOf(100)) as Uint8Array
    view.objects.delete(keyOf(100))
    await expect(proveLog(view, place, state)).rejects.toMatchObject({ code: "Missing" })
    const other = logOf(100)
    other.writer.append(session, { kind: "opened" })
    const entry = openEntry(view, place, 100, good)
    const forged = encodeSmallObject("logEntry", { ...entry, atMs: 6 }, { ...view, objectKey: keyOf(100) })
    expect(toHex(view.sha256(forged))).not.toBe(toHex(view.sha256(good)))
    view.objects.set(keyOf(100), forged)
    await expect(proveLog(view, place, state)).rejects.toMatchObject({ code: "Inconsistent" })
  })

  test("takes an entry that was given up from what the ones behind it say", async () => {
    for (const lost of [30, 63]) {
      const { view, writer } = logOf(140)
      view.objects.delete(keyOf(lost))
      writer.append(session, { kind: "damaged", points: [], reason: "gone", lost: { entry: lost } })
      const state = await stateOf(view)
      const { state: proven } = await proveLog(view, place, state)
      expect(proven.points).toEqual(state.points)
      expect(proven.points.some(({ entry }) => entry === lost)).toBe(false)
    }
  })
})
