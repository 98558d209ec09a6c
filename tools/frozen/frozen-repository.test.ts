import {
  decodeSmallObject,
  entryNumber,
  type LogEntry,
  parseLogEntry,
  parseSessionBeat,
  type SessionBeat,
} from "@bcopy/chain-format"
import { clearSuite } from "@bcopy/copy-engine"
import { expect, test } from "vitest"
import { zstdCodec } from "../../packages/copy-engine/src/node-primitives.ts"
import { frozenRepository } from "./frozen-repository.ts"

const LIMIT_BYTES = 300 << 10

const { objects, expected } = await frozenRepository()
const open = { suite: clearSuite(), codec: zstdCodec }
const entries: LogEntry[] = []
const beats: SessionBeat[] = []
for (const [key, bytes] of objects) {
  const prefix = key.slice(0, key.lastIndexOf("/") + 1)
  const what = { ...open, objectKey: key }
  if (/^backups\/[^/]+\/log\//.test(key) && entryNumber(prefix, key) !== undefined)
    entries.push(parseLogEntry(decodeSmallObject("logEntry", bytes, what), key))
  if (key.includes("/sessions/")) beats.push(parseSessionBeat(decodeSmallObject("sessionBeat", bytes, what), key))
}

test("the frozen repository is the same bytes each time it is made", async () => {
  const again = await frozenRepository()
  expect([...again.objects.keys()]).toEqual([...objects.keys()])
  for (const [key, bytes] of again.objects) expect(Buffer.from(bytes).equals(objects.get(key) ?? bytes), key).toBe(true)
  expect(again.expected).toEqual(expected)
})

test("the frozen repository has an entry of every kind that is written, and a catalogue", () => {
  const kinds = entries.map(({ body }) => (body.kind === "fence" ? `${body.kind} ${body.outcome}` : body.kind))
  expect([...new Set(kinds)].toSorted()).toEqual(
    ["damaged", "fence abandoned", "fence adopted", "flagged", "healed", "opened"].concat([
      "pin",
      "point",
      "removal",
      "undo",
      "unpin",
    ]),
  )
  const checkpoints = entries.filter(({ body }) => body.kind === "fence" && body.checkpoint !== undefined)
  expect(checkpoints).toHaveLength(1)
  expect(entries.filter(({ catalogue }) => catalogue !== undefined).map(({ number }) => number)).toEqual([64])
  expect(Math.max(...entries.map(({ number }) => number))).toBeGreaterThan(64)
})

test("the frozen repository has a session that nobody has adopted yet, and names no machine", () => {
  const fenced = new Set(entries.flatMap(({ body }) => (body.kind === "fence" ? [body.fenced] : [])))
  const waiting = beats.filter(({ session }) => !fenced.has(session))
  expect(waiting.map(({ ended, checkpoint }) => [ended, checkpoint?.cursor])).toEqual([
    ["interrupted", { disk: 0, block: 96 }],
  ])
  for (const { writer } of beats) expect(writer).toMatchObject({ machine: "frozen", pid: 1 })
})

test("the frozen repository is small enough to be kept for ever", () => {
  let bytes = 0
  for (const object of objects.values()) bytes += object.length
  expect(bytes).toBeLessThan(LIMIT_BYTES)
})
