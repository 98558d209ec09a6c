import type { Hole } from "@bcopy/source"
import { expect, test } from "vitest"
import { filefragExtents } from "./filefrag-extents.ts"

async function holesIn(text: string, sizeBytes: number, allocatedBytes = 4096): Promise<string> {
  async function* lines(): AsyncGenerator<string> {
    yield* text.replace(/\n$/, "").split("\n")
  }
  const holes: Hole[] = []
  for await (const hole of filefragExtents.holes(lines(), { sizeBytes, allocatedBytes })) holes.push(hole)
  return holes.map(({ offsetBytes, lengthBytes }) => `${offsetBytes}+${lengthBytes}`).join(" ")
}

const top = "Filesystem type is: ef53\nFile size of /proc/self/fd/3 is 1053817 (258 blocks of 4096 bytes)\n"
const heading = " ext:     logical_offset:        physical_offset: length:   expected: flags:\n"
const two = `   0:        1..      17:    5873152..   5873168:     17:
   1:      240..     250:    5873392..   5873402:     11:    5873169: last
`
const bottom = "/proc/self/fd/3: 1 extent found\n"

test("holes lie before, between and behind the extents, cut at the end of the file", async () => {
  expect(await holesIn(top + heading + two + bottom, 1_053_817)).toBe("0+4096 73728+909312 1028096+25721")
})

test("an extent that reaches past the end leaves no hole there", async () => {
  const past = two.replace("250:", "257:").replace(" 11:", " 18:").replace("last", "last,eof")
  expect(await holesIn(top + heading + past + bottom, 1_053_817)).toBe("0+4096 73728+909312")
})

test("extents without blocks of their own, or inside an inode, are data", async () => {
  for (const flags of ["last,unknown_loc,delalloc,eof", "last,unwritten,eof", "last,not_aligned,inline,eof"]) {
    const one = `   0:        0..     257:          0..       257:    258:             ${flags}\n`
    expect(await holesIn(top + heading + one + bottom, 1_053_817)).toBe("")
  }
})

test("a file without extents is one hole only if nothing is allocated for it", async () => {
  const none = `${top}/proc/self/fd/3: 0 extents found\n`
  expect(await holesIn(none, 1_053_817, 0)).toBe("0+1053817")
  await expect(holesIn(none, 1_053_817, 8192)).rejects.toThrow(/8192 bytes allocated/)
})

const surprises: Record<string, string> = {
  "nothing at all": "",
  "no summary": top + heading + two,
  "no last extent": top + heading + two.replace(" last", "") + bottom,
  "extents behind the last": top + heading + two.replace("17:\n", "17:    1: last\n") + bottom,
  "a summary without its extents (FIBMAP)": top + bottom,
  "guessed extents": top + heading + two.replace("last", "last,merged") + bottom,
  "an extent left out": top + heading + two.replace("   1:", "   2:") + bottom,
  "an overlap": top + heading + two.replace("240..     250", " 17..      27") + bottom,
  "a length of another opinion": top + heading + two.replace(" 11:", " 10:") + bottom,
  "extents before a block size": heading + two + top + bottom,
  "a smaller file": top.replace("1053817", "1053816") + heading + two + bottom,
  "a block count of another opinion": top.replace("258", "259") + heading + two + bottom,
  "another heading": top + heading.replace("logical", "logic") + two + bottom,
  "another file": top.replace("fd/3", "fd/4") + heading + two + bottom,
  "an unknown line": `${top}Filesystem cylinder groups approximately 9\n${heading}${two}${bottom}`,
  "text behind the summary": `${top + heading + two + bottom}more`,
}

for (const [name, text] of Object.entries(surprises))
  test(`${name} throws rather than give a wrong map`, async () => {
    await expect(holesIn(text, 1_053_817)).rejects.toThrow()
  })
