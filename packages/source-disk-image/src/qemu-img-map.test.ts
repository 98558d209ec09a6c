import type { Hole } from "@bcopy/source"
import { expect, test } from "vitest"
import { qemuImgMap } from "./qemu-img-map.ts"

async function holesIn(text: string, sizeBytes: number): Promise<string> {
  async function* lines(): AsyncGenerator<string> {
    yield* text.replace(/\n$/, "").split("\n")
  }
  const holes: Hole[] = []
  for await (const hole of qemuImgMap.holes(lines(), { sizeBytes, allocatedBytes: 0 })) holes.push(hole)
  return holes.map(({ offsetBytes, lengthBytes }) => `${offsetBytes}+${lengthBytes}`).join(" ")
}

const data = (start: number, length: number) =>
  `{ "start": ${start}, "length": ${length}, "depth": 0, "present": true, "zero": false, "data": true, "offset": ${start}}`
const hole = (start: number, length: number) =>
  `{ "start": ${start}, "length": ${length}, "depth": 0, "present": true, "zero": true, "data": false, "offset": ${start}}`

test("what is zero and no data is a hole, cut at the end of the file", async () => {
  expect(await holesIn(`[${hole(0, 4096)},\n${data(4096, 8192)},\n${hole(12_288, 512)}]\n`, 12_500)).toBe(
    "0+4096 12288+212",
  )
})

test("zeros that are stored are data", async () => {
  expect(await holesIn(`[${hole(0, 512).replace('"data": false', '"data": true')}]`, 512)).toBe("")
})

test("members that later releases add do not matter", async () => {
  expect(await holesIn(`[${hole(0, 512).replace("}", ', "compressed": false}')}]`, 512)).toBe("0+512")
})

const surprises: Record<string, string> = {
  "nothing at all": "",
  "an empty array": "[]",
  "an end before the end of the file": `[${hole(0, 512)}]`,
  "no end": `[${hole(0, 1024)},`,
  "a gap": `[${hole(0, 512)},\n${hole(600, 424)}]`,
  "an overlap": `[${hole(0, 512)},\n${hole(0, 1024)}]`,
  "a member missing": `[${hole(0, 1024).replace('"data": false, ', "")}]`,
  "a member of another type": `[${hole(0, 1024).replace("1024", '"1024"')}]`,
  "a negative length": `[${hole(0, -1024)}]`,
  "two arrays": `[${hole(0, 1024)}]\n[${hole(0, 1024)}]`,
  "an error instead": "qemu-img: Could not open 'x'",
  "text behind the array": `[${hole(0, 1024)}]\nwarning`,
  "two entries in a line": `[${hole(0, 512)},${hole(512, 512)}]`,
  null: "[null]",
}

for (const [name, text] of Object.entries(surprises))
  test(`${name} throws rather than give a wrong map`, async () => {
    await expect(holesIn(text, 1024)).rejects.toThrow()
  })
