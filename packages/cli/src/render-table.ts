import { textWidth } from "./text-width.ts"

/** A column: its heading, and whether numbers make it stand to the right. */
export interface Column {
  readonly heading: string
  readonly right?: boolean
}

/** Rows under headings, two spaces between columns, without spaces at the ends of lines. */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  bold: (text: string) => string,
): string {
  const widths = columns.map(({ heading }, at) =>
    Math.max(heading.length, ...rows.map((row) => textWidth(row[at] ?? ""))),
  )
  const line = (cells: readonly string[]) =>
    columns
      .map(({ right }, at) => {
        const cell = cells[at] ?? ""
        const space = " ".repeat((widths[at] ?? 0) - textWidth(cell))
        return right === true ? space + cell : cell + space
      })
      .join("  ")
      .trimEnd()
  return [bold(line(columns.map(({ heading }) => heading))), ...rows.map(line)].join("\n")
}

/** Names and values, one pair a line, the values in one column. */
export function renderFacts(facts: readonly (readonly [name: string, value: string])[]): string {
  const width = Math.max(...facts.map(([name]) => name.length))
  return facts.map(([name, value]) => `${name.padEnd(width)}  ${value}`.trimEnd()).join("\n")
}
