import type { Paint } from "../paint.ts"
import { type CellKind, monthsOf, type RetentionPicture } from "./retention-picture.ts"

const letters: Readonly<Record<CellKind, string>> = {
  yearly: "Y",
  monthly: "M",
  weekly: "W",
  pin: "P",
  plain: "o",
  goes: "x",
  gone: "-",
  bad: "!",
}
/** More months than this of which nothing is left are not shown. */
const LONG = 36
const meanings: Readonly<Record<CellKind, string>> = {
  yearly: "yearly",
  monthly: "monthly",
  weekly: "weekly",
  pin: "pinned",
  plain: "stays",
  goes: "goes",
  gone: "was removed",
  bad: "damaged or of a time that cannot be right",
}

/** A calendar for a terminal: a line for each month, a letter for each day, and what the letters mean. */
export function renderCalendar({ cells, today }: RetentionPicture, paint: Paint): string {
  const paints: Readonly<Record<CellKind, (text: string) => string>> = {
    yearly: paint.green,
    monthly: paint.green,
    weekly: paint.green,
    pin: paint.yellow,
    plain: (text) => text,
    goes: paint.red,
    gone: paint.dim,
    bad: paint.red,
  }
  const tens = Array.from({ length: 31 }, (_, at) => ((at + 1) % 10 === 0 ? String((at + 1) / 10) : " ")).join("")
  const ones = Array.from({ length: 31 }, (_, at) => String((at + 1) % 10)).join("")
  const all = monthsOf(cells)
  const shown = all.filter(({ month }) => [...cells].some(([date, kind]) => kind !== "gone" && date.startsWith(month)))
  const empty = all.length - shown.length
  const lines = (empty > LONG ? shown : all).map(({ month, days }) => {
    const row = Array.from({ length: days }, (_, at) => {
      const date = `${month}-${String(at + 1).padStart(2, "0")}`
      const kind = cells.get(date)
      if (kind !== undefined) return paints[kind](letters[kind])
      return date === today ? "|" : paint.dim("\u00b7")
    })
    return `${month}  ${row.join("")}`
  })
  const seen = new Set(cells.values())
  const legend = (Object.keys(letters) as CellKind[])
    .filter((kind) => seen.has(kind))
    .map((kind) => `${letters[kind]} ${meanings[kind]}`)
  const hidden = empty > LONG ? [`         (and ${empty} months of which nothing is left)`] : []
  return [`         ${tens}`.trimEnd(), `         ${ones}`, ...lines, ...hidden, `         ${legend.join(", ")}`].join(
    "\n",
  )
}
