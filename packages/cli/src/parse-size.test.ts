import { expect, test } from "vitest"
import { parseSize } from "./parse-size.ts"

test.for([
  ["64KiB", 65_536],
  ["32MiB", 33_554_432],
  ["1GiB", 1_073_741_824],
  ["1TiB", 1_099_511_627_776],
  ["65536", 65_536],
  ["1B", 1],
  ["64k", 65_536],
  ["1.5MiB", 1_572_864],
  ["10MB", 10_000_000],
  ["2GB", 2_000_000_000],
  ["64kb", 64_000],
  ["32 MiB", 33_554_432],
] as const)("%s is %d bytes", ([text, bytes]) => {
  expect(parseSize(text)).toBe(bytes)
})

test.for(["", "MiB", "-1", "0", "1e6", "64KB/s", "1.5", "12XiB", "0x10", "9999999TiB", "1,5MiB"])(
  "%j is no size",
  (text) => {
    expect(parseSize(text)).toBeUndefined()
  },
)
