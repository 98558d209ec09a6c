import { type LogEntry, emptyLog, nextEntry, randomId, stateAfter } from "@bcopy/chain-format"

// A commit log without a store: each entry is made from the state before it, and the state follows from the entries.
const id = <Of extends string>(byte: number) => randomId<Of>(new Uint8Array(16).fill(byte))
const session = id<"session">(5)
let state = emptyLog({ id: id<"workload">(12), name: "web01" })

const say = (body: LogEntry["body"]) => {
  const entry = nextEntry(state, { session, atMs: 1_760_000_000_000, body })
  // In a repository this is the SHA-256 of the entry's stored bytes.
  const digest = entry.number.toString(16).padStart(64, "0")
  state = stateAfter(entry, digest)
}

say({ kind: "opened" })
say({ kind: "fence", fenced: id<"session">(4), outcome: "abandoned" })
say({ kind: "removal", points: [{ entry: 9, point: id<"point">(14) }], undoMs: 604_800_000 })

console.log(`entry ${state.head.number}, ${state.points.length} points, ${state.fenced.length} session fenced`)
