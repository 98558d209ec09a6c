import assert from "node:assert/strict"
import { randomBytes } from "node:crypto"
import { backUp, createRepository, type EngineEvent, isEngineError, systemClock } from "@bcopy/copy-engine"
import { memoryStore } from "@bcopy/repo"
import { syntheticSource } from "@bcopy/source/testing"

// A backup is stopped in the middle. What was stored by then is kept, and the next run reads on where it was.
const events: EngineEvent[] = []
const seams = {
  clock: systemClock,
  random: (count: number) => randomBytes(count),
  onEvent: (event: EngineEvent) => events.push(event),
}
const repository = await createRepository(memoryStore({ clock: systemClock }), seams, { encryption: "none" })
const stop = new AbortController()
const disks = [{ name: "sda", sizeBytes: 40 << 20, zeroShare: 0 }]
const task = { job: "nightly", workload: "web01" }

let blocks = 0
const watched = (onRead: (first: number, count: number) => void) =>
  syntheticSource({ disks, onRead: (_, first, count) => onRead(first, count) })
const source = watched((_, count) => {
  blocks += count
  if (blocks >= 300) stop.abort()
})
try {
  await backUp(repository, { source, ...task, signal: stop.signal })
  assert.fail("it was not interrupted")
} catch (error) {
  assert.ok(isEngineError(error) && error.code === "Interrupted")
}

let next = Infinity
const again = watched((first) => {
  next = Math.min(next, first)
})
const { kind } = await backUp(repository, { source: again, ...task })
assert.equal(kind, "full")
assert.ok(next > 0, "nothing that was done was read again")
assert.ok(events.some(({ type }) => type === "adopted"))
