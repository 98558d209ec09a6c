import assert from "node:assert/strict"
import { memoryStore, parseObjectKey, withLimit, withRetry, writeOnce } from "@bcopy/repo"
import { drawFaults, fakeClock, faultyStore, seededRandom } from "@bcopy/repo/testing"

// A third of all requests go wrong, some of them only after they took effect. Wrapped, the store keeps its word.
const clock = fakeClock()
const random = seededRandom(7)
const memory = memoryStore({ clock })
const faulty = faultyStore(memory, { faults: drawFaults(random, { requests: 500, share: 0.3 }) })
const patient = withRetry(withLimit(faulty, 8), { attempts: 10, baseDelayMs: 100, clock, random })
const store = writeOnce(patient, { onTampering: () => undefined })

for (let number = 0; number < 50; number++) {
  const result = await store.create(parseObjectKey(`packs/${number}`), new Uint8Array([number]))
  assert.equal(result.outcome, "won")
}
assert.equal((await store.list("packs/")).objects.length, 50)
