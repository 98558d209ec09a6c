import { expect, test } from "vitest"
import { checkDiskName } from "./disk-name.ts"

test("any name that can be a file name is taken", () => {
  for (const name of ["sda", "C:", "-x", "Platte 1", "…", "json:x", "a".repeat(255), "\u0080"]) checkDiskName(name)
})

const refused: [why: RegExp, name: string][] = [
  [/is empty/, ""],
  [/means a folder/, "."],
  [/means a folder/, ".."],
  [/slash/, "a/b"],
  [/control character/, "a\0b"],
  [/control character/, "a\nb"],
  [/control character/, "\u001f"],
  [/control character/, "\u007f"],
  [/256 bytes, at most 255/, "a".repeat(256)],
  [/256 bytes, at most 255/, "é".repeat(128)],
  [/not Unicode/, "\ud800"],
  [/not Unicode/, "a\udc00"],
]

for (const [why, name] of refused)
  test(`${JSON.stringify(name.slice(0, 10))} is refused: ${why.source}`, () => {
    expect(() => checkDiskName(name)).toThrow(
      expect.objectContaining({ code: "Refused", message: expect.stringMatching(why) }),
    )
  })
