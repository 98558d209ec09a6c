import { expect, test } from "vitest"
import { renderFacts, renderTable } from "./render-table.ts"

test("columns are as wide as their widest cell, numbers stand to the right, and no line ends in spaces", () => {
  const columns = [{ heading: "NAME" }, { heading: "SIZE", right: true }, { heading: "STATE" }]
  const table = renderTable(
    columns,
    [
      ["web01", "9 B", "complete"],
      ["a", "1024 B", ""],
    ],
    (text) => text,
  )
  expect(table).toBe(["NAME     SIZE  STATE", "web01     9 B  complete", "a      1024 B"].join("\n"))
})

test("facts have their values in one column", () => {
  expect(
    renderFacts([
      ["id", "1"],
      ["block size", "64.0 KiB"],
    ]),
  ).toBe("id          1\nblock size  64.0 KiB")
})
