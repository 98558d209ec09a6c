import type { Hole } from "@bcopy/source"
import { expect, test } from "vitest"
import { collectHoles } from "./collect-holes.ts"

async function collect(holes: [number, number][], minBytes: number, limit = 100): Promise<string> {
  async function* given(): AsyncGenerator<Hole> {
    for (const [offsetBytes, lengthBytes] of holes) yield { offsetBytes, lengthBytes }
  }
  const kept = await collectHoles(given(), { sizeBytes: 1000, minBytes, limit })
  return kept.map(({ offsetBytes, lengthBytes }) => `${offsetBytes}+${lengthBytes}`).join(" ")
}

test("holes that touch are one, and only then are small ones left out", async () => {
  expect(
    await collect(
      [
        [0, 6],
        [6, 6],
        [20, 9],
        [40, 10],
      ],
      10,
    ),
  ).toBe("0+12 40+10")
})

test("a small hole at the end of the disk stays: it may be all of the last block", async () => {
  expect(
    await collect(
      [
        [500, 3],
        [997, 3],
      ],
      10,
    ),
  ).toBe("997+3")
})

test("past the limit the larger ones are kept", async () => {
  const holes: [number, number][] = [
    [0, 10],
    [100, 25],
    [200, 12],
    [300, 50],
    [400, 11],
    [500, 26],
  ]
  expect(await collect(holes, 10, 4)).toBe("100+25 300+50 500+26")
})
