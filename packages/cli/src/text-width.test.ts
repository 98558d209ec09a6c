import { expect, test } from "vitest"
import { textWidth } from "./text-width.ts"

test.for([
  ["web01", 5],
  ["", 0],
  ["Bücher", 6],
  ["Bu\u0308cher", 6],
  ["主机", 4],
  ["ホスト", 6],
  ["🖥️x", 2],
  ["🚀", 2],
] as const)("%s takes %d columns", ([text, columns]) => {
  expect(textWidth(text)).toBe(columns)
})
