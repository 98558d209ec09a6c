/** Proves that a store keeps its promises, and gives tests stores and clocks to drive. */

// for those who write a store
export { conformance } from "./conformance/conformance.ts"
export type { ConformanceCase, MakeStore } from "./conformance/conformance-case.ts"

// for those who use one
export { faultyStore, type FaultyStore } from "./faulty-store.ts"
export { drawFaults, type FaultDraw, type StoreFault } from "./store-fault.ts"
export { fakeClock, type FakeClock, type FakeClockOptions } from "./fake-clock.ts"
export { seededRandom } from "./seeded-random.ts"
export { interleaving, type Interleaving } from "./interleaving.ts"
export { withCount as countingStore } from "../with-count.ts"
