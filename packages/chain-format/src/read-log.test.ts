import fc from "fast-check"
import { beforeAll, describe, expect, test } from "vitest"
import type { EntryBody, PointRef } from "./entry-body.ts"
import type { SessionId } from "./ids.ts"
import { entryKey, layout } from "./layout.ts"
import { emptyLog, newestPoint } from "./log-state.ts"
import { type LivePoint, type LogEntry, nextEntry, stateAfter } from "./log-entry.ts"
import { findHead, readEntry, readLog, readManifest } from "./read-log.ts"
import { encodeSmallObject } from "./small-object.ts"
import { asModel, emptyManifest, logWriter, modelLog, numberedId, place } from "./testing/model-log.ts"
import { type MemoryView, memoryView } from "./testing/memory-view.ts"

const prefix = layout.log(place.backup, place.workload)
const keyOf = (number: number) => entryKey(prefix, number)
const session = (number: number) => numberedId<"session">(0x5000 + number)

/** What an entry shall say; points are chosen among those there are when it is written. */
type Step =
  | { readonly kind: "opened" }
  | { readonly kind: "point"; readonly seq: number }
  | { readonly kind: "fence"; readonly fenced: number; readonly outcome: "adopted" | "abandoned" }
  | {
      readonly kind: "barrier" | "removal" | "undo" | "pin" | "unpin" | "flagged" | "damaged" | "healed"
      readonly choice: readonly number[]
    }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("point" as const), seq: fc.integer({ min: 0, max: 300 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("fence" as const),
      fenced: fc.integer({ min: 0, max: 6 }),
      outcome: fc.constantFrom("adopted", "abandoned"),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "opened" as const }) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constantFrom("barrier", "removal", "undo", "pin", "unpin", "flagged", "damaged", "healed"),
      choice: fc.array(fc.nat(500), { maxLength: 4 }),
    }),
  },
)

function bodyOf(made: Step, number: number, points: readonly PointRef[]): EntryBody {
  if (made.kind === "opened") return made
  if (made.kind === "point") return { kind: "point", manifest: emptyManifest(number, number % 5, { seq: made.seq }) }
  if (made.kind === "fence") return { ...made, fenced: session(made.fenced) }
  const chosen = made.choice.flatMap((index) =>
    points.length === 0 ? [] : [points[index % points.length] as PointRef],
  )
  // A reference to a point that never was must not disturb anybody.
  const refs = [...chosen, { entry: 7, point: numberedId<"point">(0xdead) }]
  if (made.kind === "barrier")
    return { kind: "barrier", epoch: number, purged: refs, floor: Math.max(1, Math.floor((number - 63) / 64) * 64) }
  if (made.kind === "removal") return { kind: "removal", points: refs, undoMs: 1000 * number }
  if (made.kind === "flagged") return { kind: "flagged", points: refs, gfs: [`W:${number % 3}`, "M:2025-01"] }
  if (made.kind === "pin") return { kind: "pin", points: refs, reason: `why ${number}` }
  if (made.kind === "damaged") return { kind: "damaged", points: refs, reason: `why ${number}` }
  return { kind: made.kind, points: refs }
}

/** Writes the steps into a log and gives what was written. */
function writeSteps(view: MemoryView, steps: readonly Step[]) {
  const writer = logWriter(view)
  const bodies: EntryBody[] = []
  const sessions: SessionId[] = []
  const points: PointRef[] = []
  for (const made of steps) {
    const number = bodies.length + 1
    const body = bodyOf(made, number, points)
    if (body.kind === "point") points.push({ entry: number, point: body.manifest.point })
    const by = session(number % 7)
    writer.append(by, body)
    bodies.push(body)
    sessions.push(by)
  }
  return { writer, bodies, sessions }
}

describe("the state of a log", () => {
  test("is what all its entries say, whatever their number and kinds", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 190, maxLength: 210 }), async (steps) => {
        const view = memoryView()
        const { bodies, sessions } = writeSteps(view, steps)
        for (const number of [1, 2, 62, 63, 64, 65, 126, 127, 128, 129, bodies.length]) {
          const part = memoryView()
          for (let entry = 1; entry <= number; entry++)
            part.objects.set(keyOf(entry), view.objects.get(keyOf(entry)) as Uint8Array)
          const state = await readLog(part, place)
          expect(asModel(state)).toEqual(modelLog(bodies.slice(0, number), sessions))
          expect(state?.head.number).toBe(number)
        }
      }),
      { numRuns: 6, seed: 5 },
    )
  })

  const points: Step[] = Array.from({ length: 200 }, (_, seq) => ({ kind: "point", seq }))

  test("costs one listing and at most two reads", async () => {
    for (const count of [1, 63, 64, 65, 127, 128, 200]) {
      const view = memoryView()
      writeSteps(view, points.slice(0, count))
      await readLog(view, place)
      expect(view.requests.lists).toBe(1)
      expect(view.requests.reads).toBeLessThanOrEqual(count % 64 === 0 || count < 64 ? 1 : 2)
    }
  })

  test("names each point with the digest of its entry, also the one in the catalogue's own entry", async () => {
    const view = memoryView()
    writeSteps(view, points.slice(0, 64))
    const state = await readLog(view, place)
    for (const point of state?.points ?? []) {
      const manifest = await readManifest(view, place, point)
      expect(manifest.point).toBe(point.point)
    }
    expect(state?.points).toHaveLength(64)
  })

  test("keeps adopted work until a point, or until just the session that adopted it is abandoned", () => {
    const writer = logWriter(memoryView())
    const adopt = () => writer.append(session(3), { kind: "fence", fenced: session(2), outcome: "adopted" })
    const abandon = (number: number) =>
      writer.append(session(4), { kind: "fence", fenced: session(number), outcome: "abandoned" })
    adopt()
    expect(writer.state.adoption).toEqual({ entry: 1, session: session(3) })
    abandon(1)
    expect(writer.state.adoption).toEqual({ entry: 1, session: session(3) })
    abandon(3)
    expect(writer.state.adoption).toBeUndefined()
    adopt()
    writer.append(session(3), { kind: "point", manifest: emptyManifest(1, 3) })
    expect(writer.state.adoption).toBeUndefined()
    expect(writer.state.fenced.map((mark) => mark.entry)).toEqual([1, 2, 3, 4])
  })

  test("of a workload without a log is undefined", async () => {
    expect(await readLog(memoryView(), place)).toBeUndefined()
  })

  test("passes over names that no entry can have", async () => {
    const view = memoryView()
    writeSteps(view, points.slice(0, 3))
    for (const name of ["0", "0.tmp", "1fffffffffffffff", "00000000000001-tag", "!", "a", "b"])
      view.objects.set(`${prefix}${name}`, new Uint8Array(3))
    expect(await findHead(view, prefix)).toBe(3)
  })

  test("has the newest undamaged point last in order of its sequence, not of its entry", () => {
    const view = memoryView()
    const writer = logWriter(view)
    for (const seq of [5, 9, 7]) writer.append(session(1), { kind: "point", manifest: emptyManifest(seq, 1) })
    expect(newestPoint(writer.state)?.seq).toBe(9)
    const damaged = { entry: 2, point: numberedId<"point">(9) }
    writer.append(session(1), { kind: "damaged", points: [damaged], reason: "a flipped bit" })
    expect(newestPoint(writer.state)?.seq).toBe(7)
  })
})

describe("a broken entry", () => {
  const steps: Step[] = Array.from({ length: 150 }, (_, seq) => ({ kind: "point", seq }))
  let whole: ReadonlyMap<string, Uint8Array>
  let bodies: readonly EntryBody[]
  let sessions: readonly SessionId[]
  beforeAll(() => {
    const view = memoryView()
    const written = writeSteps(view, steps)
    whole = view.objects
    bodies = written.bodies
    sessions = written.sessions
  })

  const flip = (bytes: Uint8Array) => bytes.map((byte, index) => (index === bytes.length - 40 ? byte ^ 4 : byte))
  const harms = {
    missing: (view: MemoryView, number: number) => {
      const { read } = view
      Object.assign(view, { read: (key: string) => (key === keyOf(number) ? Promise.resolve(undefined) : read(key)) })
    },
    flipped: (view: MemoryView, number: number) =>
      view.objects.set(keyOf(number), flip(view.objects.get(keyOf(number)) as Uint8Array)),
    truncated: (view: MemoryView, number: number) =>
      view.objects.set(keyOf(number), (view.objects.get(keyOf(number)) as Uint8Array).subarray(0, 30)),
    "replaced by its neighbour": (view: MemoryView, number: number) =>
      view.objects.set(keyOf(number), view.objects.get(keyOf(number - 1)) as Uint8Array),
    "sealed anew with other words": (view: MemoryView, number: number) => {
      const entry = { number, session: session(1), atMs: 1, workload: { id: place.workload, name: "other" } }
      const since = { number: number - 1 - 3, digest: "f".repeat(64), entries: [] }
      const body = { ...entry, body: { kind: "opened" }, since }
      const options = { suite: view.suite, codec: view.codec, objectKey: keyOf(number) }
      view.objects.set(keyOf(number), encodeSmallObject("logEntry", body, options))
    },
  }
  const logOf = (count: number) => {
    const view = memoryView()
    for (let number = 1; number <= count; number++)
      view.objects.set(keyOf(number), whole.get(keyOf(number)) as Uint8Array)
    return view
  }
  const told = (count: number, lost: readonly number[]) =>
    bodies.slice(0, count).map((body, index) => (lost.includes(index + 1) ? "lost" : body))

  const heads = [1, 2, 63, 64, 65, 128, 129, 150]
  test.each(Object.entries(harms).flatMap(([name, harm]) => heads.map((head) => ({ name, harm, head }))))(
    "at the head is left out and named, and its repair lets the log go on: $name $head",
    async ({ harm, head }) => {
      if (head === 1 && harm === harms["replaced by its neighbour"]) return
      const view = logOf(head)
      harm(view, head)
      const state = await readLog(view, place)
      expect(asModel(state)).toEqual(modelLog(told(head, [head]), sessions))
      const writer = logWriter(view, state)
      const lost = {
        entry: head,
        ...(state?.head.digest !== "0".repeat(64) && { digest: state?.head.digest as string }),
      }
      writer.append(session(6), { kind: "damaged", points: [], reason: "given up", lost })
      writer.append(session(6), { kind: "point", manifest: emptyManifest(9000, 6) })
      const after = await readLog(view, place)
      expect(after?.broken).toEqual([])
      expect(after?.lost).toEqual([head])
      expect(after?.points.map((point) => point.seq)).toEqual([
        ...Array.from({ length: head - 1 }, (_, at) => at),
        9000,
      ])
    },
  )

  test.each(Object.entries(harms))("that is a catalogue hides itself only: %s", async (_name, harm) => {
    for (const head of [65, 70, 127]) {
      const view = logOf(head)
      harm(view, 64)
      const state = await readLog(view, place)
      expect(asModel(state)).toEqual(modelLog(told(head, [64]), sessions))
      const writer = logWriter(view, state)
      writer.append(session(6), { kind: "damaged", points: [], reason: "given up", lost: { entry: 64 } })
      const repaired = await readLog(view, place)
      expect(repaired?.broken).toEqual([])
      expect(repaired?.points.map((point) => point.entry)).toEqual(
        Array.from({ length: head }, (_, at) => at + 1).filter((entry) => entry !== 64),
      )
      view.requests.reads = 0
      await readLog(view, place)
      expect(view.requests.reads).toBeLessThanOrEqual(2)
    }
  })

  test("in the middle is not noticed before its manifest is read", async () => {
    const view = logOf(40)
    harms.flipped(view, 20)
    const state = await readLog(view, place)
    expect(state?.broken).toEqual([])
    expect(state?.points).toHaveLength(40)
    const point = state?.points[19] as LivePoint
    await expect(readManifest(view, place, point)).rejects.toMatchObject({ code: "Inconsistent" })
    await expect(readEntry(view, place, 20)).rejects.toMatchObject({ code: "Unopenable" })
    await expect(readManifest(view, place, { ...point, digest: "0".repeat(64), entry: 21 })).rejects.toMatchObject({
      code: "Inconsistent",
    })
    harms.missing(view, 20)
    await expect(readEntry(view, place, 20)).rejects.toMatchObject({ code: "Missing" })
  })

  test("after which others were written can be given up later, a removed point with it", async () => {
    const view = logOf(40)
    const writer = logWriter(view, await readLog(view, place))
    const removed = { entry: 20, point: numberedId<"point">(20) }
    writer.append(session(6), { kind: "removal", points: [removed], undoMs: 1 })
    writer.append(session(6), { kind: "damaged", points: [], reason: "gone", lost: { entry: 20 } })
    writer.append(session(6), { kind: "undo", points: [removed] })
    expect(writer.state.points.map((point) => point.entry)).not.toContain(20)
    expect(writer.state.removed).toEqual([])
  })

  test("may be the whole log", async () => {
    const view = logOf(1)
    harms.flipped(view, 1)
    const state = await readLog(view, place)
    expect(state?.broken).toEqual([1])
    expect(state?.points).toEqual([])
  })

  test("is given up reading when too many are", async () => {
    const view = logOf(100)
    for (let number = 20; number <= 100; number++) harms.truncated(view, number)
    await expect(readLog(view, place)).rejects.toMatchObject({ code: "Truncated" })
  })

  test("that builds on itself does not keep a reader for ever", async () => {
    const view = logOf(2)
    const options = { suite: view.suite, codec: view.codec, objectKey: keyOf(3) }
    const entry = {
      number: 3,
      previous: "0".repeat(64),
      session: session(1),
      atMs: 1,
      workload: { id: place.workload, name: "web01" },
      body: { kind: "opened" },
      since: { number: 3, digest: "0".repeat(64), entries: [] },
    }
    view.objects.set(keyOf(3), encodeSmallObject("logEntry", entry, options))
    expect((await readLog(view, place))?.broken).toEqual([3])
    expect(view.requests.reads).toBeLessThan(5)
  })
})

describe("an entry that this version does not know", () => {
  const append = (count: number, body: { kind: string }, features?: object) => {
    const view = memoryView()
    const writer = logWriter(view)
    for (let number = 1; number < count; number++) writer.append(session(1), { kind: "opened" })
    const known: EntryBody = body.kind === "opened" ? { kind: "opened" } : { kind: "unknown", name: body.kind }
    writer.append(session(1), known, features, body)
    for (let number = 0; number < 3; number++) writer.append(session(1), { kind: "opened" })
    return { view, writer }
  }

  test.each([5, 63, 64, 65])("is in the way of writing for good, by its kind: entry %d", async (number) => {
    const { view } = append(number, { kind: "sealed" })
    expect((await readLog(view, place))?.unknown).toEqual([`entry "sealed"`])
  })

  test.each([5, 63, 64, 65])("is in the way of writing by a feature it declares: entry %d", async (number) => {
    const { view } = append(number, { kind: "opened" }, { readOnly: ["lifetimes"] })
    expect((await readLog(view, place))?.unknown).toEqual(["lifetimes"])
  })

  test("stops a writer although the catalogue it carries, made by a newer version, does not name it", () => {
    const state = logWriter(memoryView()).state
    const made: LogEntry = {
      ...nextEntry(state, {
        session: session(1),
        atMs: 1,
        body: { kind: "opened" },
        features: { readOnly: ["newer"] },
      }),
      number: 64,
      previous: "0".repeat(64),
      catalogue: {
        floor: 1,
        points: [],
        removed: [],
        fenced: [],
        adoption: undefined,
        barrier: undefined,
        broken: [],
        lost: [],
        unknown: [],
      },
    }
    expect(stateAfter(made, "1".repeat(64)).unknown).toEqual(["newer"])
  })

  test.each([5, 64])("does no harm if it says that it is compatible: entry %d", async (number) => {
    const { view } = append(number, { kind: "note" }, { compatible: ["notes"] })
    expect((await readLog(view, place))?.unknown).toEqual([])
  })

  test.each([5, 64])("cannot be read past if it says that it is incompatible: entry %d", async (number) => {
    const view = memoryView()
    const writer = logWriter(view)
    for (let entry = 1; entry < number; entry++) writer.append(session(1), { kind: "opened" })
    expect(() => writer.append(session(1), { kind: "opened" }, { incompatible: ["sharded"] })).toThrow(/sharded/)
    await expect(readLog(view, place)).rejects.toMatchObject({ code: "NeedsNewer" })
  })
})

describe("parts that do not fit together", () => {
  const opened = (state = emptyLog({ id: place.workload, name: "a" })) =>
    nextEntry(state, { session: session(1), atMs: 1, body: { kind: "opened" } })
  const second = () => opened(stateAfter(opened(), "a".repeat(64)))

  test.each([
    { name: "another predecessor", entry: { ...second(), previous: "b".repeat(64) } },
    { name: "a summary too few", entry: { ...second(), since: { number: 0, entries: [] } } },
    {
      name: "a base that is not the one it names",
      entry: { ...second(), since: { number: 1, digest: "b".repeat(64), entries: [] } },
    },
  ])("are found: $name", ({ entry }) => {
    const base = stateAfter(opened(), "a".repeat(64))
    expect(() => stateAfter(entry, "c".repeat(64), base)).toThrow(expect.objectContaining({ code: "Inconsistent" }))
  })

  test("are found: summaries out of order", () => {
    const base = stateAfter(second(), "b".repeat(64))
    const third = opened(base)
    const entries = (third.since?.entries ?? []).toReversed()
    expect(() => stateAfter({ ...third, since: { number: 0, entries } }, "c".repeat(64))).toThrow(
      expect.objectContaining({ code: "Inconsistent" }),
    )
  })
})
