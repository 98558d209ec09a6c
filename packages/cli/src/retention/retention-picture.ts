import type { GfsLevel } from "@bcopy/retention-gfs"

/** What stands for a day: the strongest of its points. */
export type CellKind = "yearly" | "monthly" | "weekly" | "pin" | "plain" | "goes" | "gone" | "bad"

/** How long a flagged point is there. */
export interface PictureBar {
  readonly level: GfsLevel
  readonly label: string
  readonly from: string
  /** Not drawn beyond the end. */
  readonly to: string
}

/** What is drawn of a retention: dates are `2025-01-04`. */
export interface RetentionPicture {
  readonly title: string
  /** Lines below it. */
  readonly subtitle: readonly string[]
  /** The day that it is drawn for. */
  readonly today: string
  readonly cells: ReadonlyMap<string, CellKind>
  readonly bars: readonly PictureBar[]
}

const strength: readonly CellKind[] = ["gone", "goes", "bad", "plain", "pin", "weekly", "monthly", "yearly"]

/** Notes a point of a day: the strongest stands for it. */
export function noteCell(cells: Map<string, CellKind>, date: string, kind: CellKind): void {
  const known = cells.get(date)
  if (known === undefined || strength.indexOf(kind) > strength.indexOf(known)) cells.set(date, kind)
}

/** The strongest level among slots. */
export function strongest(slots: readonly string[]): GfsLevel | undefined {
  if (slots.some((slot) => slot.startsWith("Y:"))) return "yearly"
  if (slots.some((slot) => slot.startsWith("M:"))) return "monthly"
  return slots.some((slot) => slot.startsWith("W:")) ? "weekly" : undefined
}

/** The months from the first day that is drawn to the last, as `2025-01`, each with how many days it has. */
export function monthsOf(
  cells: RetentionPicture["cells"],
): readonly { readonly month: string; readonly days: number }[] {
  const dates = [...cells.keys()].sort()
  const [first, last] = [dates[0], dates.at(-1)]
  if (first === undefined || last === undefined) return []
  const months: { month: string; days: number }[] = []
  let [year = 0, month = 0] = first.split("-").map(Number)
  for (let name = first.slice(0, 7); name <= last.slice(0, 7);) {
    months.push({ month: name, days: new Date(Date.UTC(year, month, 0)).getUTCDate() })
    month = (month % 12) + 1
    year += month === 1 ? 1 : 0
    name = `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}`
  }
  return months
}
