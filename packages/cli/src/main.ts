#!/usr/bin/env node
import { complainOfNode } from "./check-node.ts"

const complaint = complainOfNode(process.versions.node)
if (complaint === undefined) {
  let isOver = false
  // Nothing is left to wait for, and the work has not ended: whatever went wrong, that is no success, nor any status of ours.
  process.once("beforeExit", () => {
    if (isOver) return
    process.stderr.write("bcopy: ended in the middle of its work; this is a bug\n")
    process.exit(1)
  })
  // What is imported there may need what an older Node does not have: not even names of it may be asked for before.
  void import("./start.ts")
    .then(({ start }) => start())
    .finally(() => {
      isOver = true
    })
} else {
  process.stderr.write(`${complaint}\n`)
  process.exitCode = 2
}
