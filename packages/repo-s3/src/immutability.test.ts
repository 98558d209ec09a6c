import { expect, test } from "vitest"
import type { BucketState } from "./bucket-state.ts"
import { immutabilityOf } from "./immutability.ts"

const states: readonly (readonly [BucketState, boolean, RegExp, RegExp | undefined])[] = [
  [{ versioning: "off", objectLock: false }, false, /neither versions nor Object Lock/, /made with Object Lock/],
  [{ versioning: "enabled", objectLock: false }, false, /versions, but no Object Lock/, /Switch Object Lock on/],
  [
    { versioning: "enabled", objectLock: true, defaultRetention: "compliance, 30 days" },
    false,
    /default retention \(compliance, 30 days\)/,
    /Remove the default retention/,
  ],
  [{ versioning: "suspended", objectLock: false }, false, /suspended/, /Switch versioning on/],
  [{ versioning: "enabled", objectLock: true }, true, /no default retention/, undefined],
]

test.for(states)("%j", ([state, possible, why, hint]) => {
  const found = immutabilityOf(state)
  expect(found.possible).toBe(possible)
  expect(found.why).toMatch(why)
  if (hint !== undefined) expect(found).toMatchObject({ hint: expect.stringMatching(hint) })
})
