import type { Immutability } from "@bcopy/copy-engine"
import { expect, test } from "vitest"
import { weakenedLocks } from "./weakened-locks.ts"

const terms = (more: Partial<Immutability>): Immutability => ({
  followsRetention: false,
  lockMode: "compliance",
  generationMs: 1,
  stayMs: 1,
  ...more,
})
const both = terms({ days: 30, followsRetention: true })

test.for([
  ["nothing was locked", undefined, both, []],
  ["the same", both, both, []],
  ["more days", both, { ...both, days: 31 }, []],
  ["off", both, undefined, ["nothing more is locked"]],
  ["fewer days", both, { ...both, days: 7 }, ["7 days in place of 30"]],
  ["no days", both, terms({ followsRetention: true }), ["not for a number of days"]],
  ["without retention", both, terms({ days: 30 }), ["no longer as long as retention keeps points"]],
  ["governance", both, { ...both, lockMode: "governance" }, ["governance mode in place of compliance"]],
  ["compliance", { ...both, lockMode: "governance" }, both, []],
] as const)("%s", ([, before, now, said]) => {
  expect(weakenedLocks(before, now)).toEqual(said)
})
