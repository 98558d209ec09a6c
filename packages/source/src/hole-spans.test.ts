import * as fc from "fast-check"
import { expect, test } from "vitest"
import { holeSpans, type Hole } from "./hole-spans.ts"

function spans(holes: Hole[], sizeBytes: number, blockBytes: number, from?: number): string {
  const options = from === undefined ? { sizeBytes, blockBytes } : { sizeBytes, blockBytes, from }
  return [...holeSpans(holes, options)].map(({ kind, first, count }) => `${kind} ${first}+${count}`).join(", ")
}

const cases: { name: string; holes: [number, number][]; size: number; from?: number; spans: string }[] = [
  { name: "no holes: all data", holes: [], size: 35, spans: "data 0+4" },
  { name: "an empty disk has no spans", holes: [], size: 0, spans: "" },
  { name: "one hole over all", holes: [[0, 35]], size: 35, spans: "zero 0+4" },
  { name: "a hole that reaches past the end", holes: [[20, 500]], size: 35, spans: "data 0+2, zero 2+2" },
  {
    name: "borders inside blocks leave these blocks data",
    holes: [[5, 24]],
    size: 40,
    spans: "data 0+1, zero 1+1, data 2+2",
  },
  { name: "a hole within one block gives nothing", holes: [[11, 8]], size: 40, spans: "data 0+4" },
  {
    name: "holes that touch inside a block make it zero",
    holes: [
      [10, 5],
      [15, 5],
    ],
    size: 30,
    spans: "data 0+1, zero 1+1, data 2+1",
  },
  { name: "a hole over just the partial last block", holes: [[30, 5]], size: 35, spans: "data 0+3, zero 3+1" },
  { name: "a partial last block covered in part stays data", holes: [[31, 4]], size: 35, spans: "data 0+4" },
  { name: "from inside a hole", holes: [[0, 35]], size: 35, from: 2, spans: "zero 2+2" },
  { name: "from behind all holes", holes: [[0, 10]], size: 35, from: 2, spans: "data 2+2" },
  { name: "from the end", holes: [[0, 35]], size: 35, from: 4, spans: "" },
]

for (const { name, holes, size, from, spans: expected } of cases)
  test(name, () => {
    const given = holes.map(([offsetBytes, lengthBytes]) => ({ offsetBytes, lengthBytes }))
    expect(spans(given, size, 10, from)).toBe(expected)
  })

test("holes that overlap or go back, and numbers that are no counts, throw", () => {
  expect(() =>
    spans(
      [
        { offsetBytes: 10, lengthBytes: 10 },
        { offsetBytes: 15, lengthBytes: 10 },
      ],
      40,
      10,
    ),
  ).toThrow(RangeError)
  expect(() =>
    spans(
      [
        { offsetBytes: 20, lengthBytes: 5 },
        { offsetBytes: 0, lengthBytes: 5 },
      ],
      40,
      10,
    ),
  ).toThrow(RangeError)
  expect(() => spans([{ offsetBytes: 0, lengthBytes: -1 }], 40, 10)).toThrow(RangeError)
  expect(() => spans([], 40, 0)).toThrow(RangeError)
  expect(() => spans([], 40, 10, 0.5)).toThrow(RangeError)
})

test("a block is zero exactly if every byte of it on the disk lies in a hole", () => {
  const gaps = fc.array(fc.tuple(fc.nat(30), fc.nat(30)), { maxLength: 20 })
  fc.assert(
    fc.property(gaps, fc.nat(300), fc.integer({ min: 1, max: 40 }), fc.nat(10), (runs, size, block, from) => {
      const holes: Hole[] = []
      const isHole = new Uint8Array(size)
      let at = 0
      for (const [data, length] of runs) {
        holes.push({ offsetBytes: at + data, lengthBytes: length })
        isHole.fill(1, at + data, at + data + length)
        at += data + length
      }
      const expected: string[] = []
      for (let index = from; index < Math.ceil(size / block); index++)
        expected.push(isHole.subarray(index * block, (index + 1) * block).every((one) => one === 1) ? "zero" : "data")
      const got: string[] = []
      for (const span of holeSpans(holes, { sizeBytes: size, blockBytes: block, from })) {
        expect(span.first).toBe(from + got.length)
        expect(span.count).toBeGreaterThan(0)
        for (let left = span.count; left > 0; left--) got.push(span.kind)
      }
      expect(got).toEqual(expected)
    }),
  )
})
