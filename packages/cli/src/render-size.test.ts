import { expect, test } from "vitest"
import { renderSize } from "./render-size.ts"

test.for([
  [0, "0 B"],
  [1023, "1023 B"],
  [1024, "1.0 KiB"],
  [65_536, "64.0 KiB"],
  [2 ** 20 - 1, "1.0 MiB"],
  [1.5 * 2 ** 30, "1.5 GiB"],
  [2 ** 52, "4.0 PiB"],
  [1234.56, "1.2 KiB"],
] as const)("%d bytes are %s", ([bytes, text]) => {
  expect(renderSize(bytes)).toBe(text)
})
