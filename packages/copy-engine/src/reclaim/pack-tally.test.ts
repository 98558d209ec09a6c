import type { SessionId } from "@bcopy/chain-format"
import fc from "fast-check"
import { expect, test } from "vitest"
import { type Holder, holders, PackTally } from "./pack-tally.ts"

const session = (number: number) =>
  (number * 0x9e3779b97f4a7).toString(16).padStart(16, "0").repeat(2).slice(0, 32) as SessionId

test("a tally says of every pack what a map of them says, while it grows", () => {
  const note = fc.record({
    session: fc.nat(40),
    number: fc.nat(300),
    holder: fc.constantFrom(...holders),
    used: fc.nat(50),
    most: fc.integer({ min: 0, max: 200 }),
  })
  fc.assert(
    fc.property(fc.array(note, { minLength: 1000, maxLength: 6000, size: "max" }), (notes) => {
      const tally = new PackTally()
      const model = new Map<string, { holder: number; used: number; most: number }>()
      for (const { session: of, number, holder, used, most } of notes) {
        tally.addUse(tally.hold(session(of), number, holder), used, most)
        const known = model.get(`${of}/${number}`) ?? { holder: holders.length, used: 0, most: 0 }
        model.set(`${of}/${number}`, {
          holder: Math.min(known.holder, holders.indexOf(holder)),
          used: known.used + used,
          most: Math.max(known.most, most),
        })
      }
      expect(tally.size).toBe(model.size)
      for (let of = 0; of <= 40; of++)
        for (let number = 0; number <= 300; number++) {
          const known = model.get(`${of}/${number}`)
          const holder: Holder | undefined = known && holders[known.holder]
          expect(tally.holderOf(session(of), number)).toBe(holder)
          const share = known === undefined || known.most === 0 ? 1 : Math.min(1, known.used / known.most)
          expect(tally.shareOf(session(of), number)).toBe(share)
        }
    }),
    { numRuns: 5, seed: 9 },
  )
})
