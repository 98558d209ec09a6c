import { FormatError } from "@bcopy/chain-format"
import { describe, expect, test } from "vitest"
import { runTarget } from "./run-target.ts"
import { fuzzTargets } from "./targets.ts"

const calm = { seed: 3, inputs: 150, now: () => 0, rssBytes: () => 0, pause: async () => undefined }

describe("a decoder of the format", () => {
  test.each(fuzzTargets().map((target) => ({ name: target.name, target })))(
    "gives a value or a FormatError for whatever it gets: $name",
    async ({ target }) => {
      const { failures, values } = await runTarget(target, calm)
      expect(failures).toEqual([])
      expect(values).toBeLessThan(calm.inputs)
    },
  )
})

describe("the fuzzer", () => {
  const target = {
    name: "planted",
    make: (random: { below(end: number): number }) => Uint8Array.of(random.below(50)),
    decode(input: Uint8Array) {
      if (input[0] === 7) throw new TypeError("cannot read properties of undefined")
      if (input[0] === 8) throw new FormatError("BadValue", "as it must")
      return input
    },
  }

  test("finds an exception that is no FormatError, at the same input each time", async () => {
    const first = await runTarget(target, { ...calm, inputs: 1000 })
    const second = await runTarget(target, { ...calm, inputs: 1000 })
    expect(first.failures.length).toBeGreaterThan(0)
    expect(first.failures.every(({ bytes }) => bytes[0] === 7)).toBe(true)
    expect(second.failures.map(({ input }) => input)).toEqual(first.failures.map(({ input }) => input))
  })

  test("finds a decoder that is slow each time, not one that was once", async () => {
    let clockMs = 0
    const slow = (every: number) => {
      let calls = 0
      return runTarget(
        { ...target, decode: () => (clockMs += calls++ % every === 0 ? 60 : 1) },
        { ...calm, now: () => clockMs },
      )
    }
    expect((await slow(5)).failures).toEqual([])
    expect((await slow(1)).failures[0]?.why).toMatch(/took 60\.0 ms/)
  })

  test("finds memory that grows without end", async () => {
    const { failures } = await runTarget(target, { ...calm, rssBytes: () => 2 ** 31 })
    expect(failures[0]?.why).toMatch(/memory is at/)
  })
})
