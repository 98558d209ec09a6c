import { type CellKind, monthsOf, type PictureBar, type RetentionPicture } from "./retention-picture.ts"

const CELL = 16
const GAP = 2
const LEFT = 76
const TOP = 92
const BAR = 9
const colours: Readonly<Record<CellKind, string>> = {
  yearly: "#7b3fa0",
  monthly: "#1f6fb4",
  weekly: "#2e9e6b",
  pin: "#d98e04",
  plain: "#9aa7b4",
  goes: "#d64545",
  gone: "#e9edf1",
  bad: "#111827",
}
const names: Readonly<Record<CellKind, string>> = {
  yearly: "yearly",
  monthly: "monthly",
  weekly: "weekly",
  pin: "pinned",
  plain: "short-term",
  goes: "no rule keeps it",
  gone: "was removed",
  bad: "damaged or date suspect",
}
const WIDTH = LEFT + 31 * (CELL + GAP) + 24

/** A picture as SVG, on its own: a calendar of the points, and below how long those with flags are there. */
export function drawPicture(picture: RetentionPicture): string {
  const { title, subtitle, cells, today } = picture
  const months = monthsOf(cells)
  const calendar = months.map(({ month, days }, row) => {
    const y = TOP + row * (CELL + GAP)
    const boxes = Array.from({ length: days }, (_, at) => {
      const date = `${month}-${String(at + 1).padStart(2, "0")}`
      return box(date, cells.get(date), { x: LEFT + at * (CELL + GAP), y, isToday: date === today })
    })
    return `<text x="${LEFT - 10}" y="${y + 12}" class="r">${month}</text>${boxes.join("")}`
  })
  const days = Array.from({ length: 31 }, (_, at) =>
    at === 0 || (at + 1) % 5 === 0
      ? `<text x="${LEFT + at * (CELL + GAP) + CELL / 2}" y="${TOP - 6}" class="m">${at + 1}</text>`
      : "",
  )
  const legendTop = TOP + months.length * (CELL + GAP) + 14
  const bars = drawBars(picture, legendTop + 44)
  const height = bars.bottom + 16
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(title)}">`,
    "<style>text{font:11px system-ui,sans-serif;fill:#334155}.r{text-anchor:end}.m{text-anchor:middle}.t{font-size:17px;font-weight:600;fill:#0f172a}.s{fill:#64748b}.l{font-size:9px}</style>",
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    `<text x="16" y="28" class="t">${escaped(title)}</text>`,
    ...subtitle.map((line, at) => `<text x="16" y="${46 + at * 15}" class="s">${escaped(line)}</text>`),
    ...days,
    ...calendar,
    legend(cells, legendTop),
    bars.text,
    "</svg>",
    "",
  ].join("\n")
}

interface Place {
  readonly x: number
  readonly y: number
  readonly isToday: boolean
}

function box(date: string, kind: CellKind | undefined, { x, y, isToday }: Place): string {
  const fill = kind === undefined ? "#f8fafc" : colours[kind]
  const stroke = isToday ? ' stroke="#0f172a" stroke-width="2"' : ""
  const name = kind === undefined ? "no point" : names[kind]
  return `<rect x="${x}" y="${y}" width="${CELL}" height="${CELL}" rx="3" fill="${fill}"${stroke}><title>${date}: ${name}</title></rect>`
}

function legend(cells: RetentionPicture["cells"], y: number): string {
  const seen = new Set(cells.values())
  let x = LEFT
  return (Object.keys(colours) as CellKind[])
    .filter((kind) => seen.has(kind))
    .map((kind) => {
      const at = x
      x += 28 + names[kind].length * 6.2
      return `<rect x="${at}" y="${y}" width="11" height="11" rx="2" fill="${colours[kind]}"/><text x="${at + 16}" y="${y + 10}">${names[kind]}</text>`
    })
    .join("")
}

/** How long flagged points are there, level by level; those that do not meet share a line. */
function drawBars(
  { bars, cells, today }: RetentionPicture,
  top: number,
): { readonly text: string; readonly bottom: number } {
  if (bars.length === 0) return { text: "", bottom: top - 24 }
  const begin = dayOf([...cells.keys()].reduce((least, date) => (date < least ? date : least)))
  const end = Math.max(dayOf(today), ...bars.map(({ to }) => dayOf(to)))
  const scale = (31 * (CELL + GAP) - GAP) / Math.max(1, end - begin)
  const x = (date: string) => LEFT + (dayOf(date) - begin) * scale
  const lanes = lanesOf(bars)
  const bottom = top + 22 + lanes.length * BAR
  const years = yearTicks(begin, end).map(
    (date) =>
      `<line x1="${x(date)}" x2="${x(date)}" y1="${top + 14}" y2="${bottom}" stroke="#e2e8f0"/><text x="${x(date) + 3}" y="${top + 22}" class="l s">${date.slice(0, 4)}</text>`,
  )
  const drawn = lanes.flatMap((lane, at) => lane.map((bar) => drawBar(bar, x, top + 26 + at * BAR)))
  const now = `<line x1="${x(today)}" x2="${x(today)}" y1="${top + 14}" y2="${bottom}" stroke="#0f172a" stroke-dasharray="3 2"/>`
  const heading = `<text x="16" y="${top + 4}">Flagged points, from when they were made until they go; the dashed line is the day of the picture</text>`
  return { text: [heading, ...years, ...drawn, now].join("\n"), bottom }
}

function lanesOf(bars: readonly PictureBar[]): readonly (readonly PictureBar[])[] {
  return ["yearly", "monthly", "weekly"].flatMap((level) => {
    const lanes: PictureBar[][] = []
    for (const bar of bars.filter((one) => one.level === level).sort((a, b) => (a.from < b.from ? -1 : 1))) {
      const free = lanes.find((lane) => (lane.at(-1)?.to ?? "") <= bar.from)
      if (free === undefined) lanes.push([bar])
      else free.push(bar)
    }
    return lanes
  })
}

function drawBar({ level, label, from, to }: PictureBar, x: (date: string) => number, y: number): string {
  const width = Math.max(2, x(to) - x(from) - 1)
  return `<rect x="${x(from)}" y="${y}" width="${width}" height="${BAR - 3}" rx="2" fill="${colours[level]}"><title>${escaped(label)}: ${from} to ${to}</title></rect>`
}

function yearTicks(begin: number, end: number): readonly string[] {
  const first = new Date(begin * 86_400_000).getUTCFullYear() + 1
  const last = new Date(end * 86_400_000).getUTCFullYear()
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => `${first + at}-01-01`)
}

function dayOf(date: string): number {
  return Date.parse(`${date}T00:00:00Z`) / 86_400_000
}

/** Text as XML has it. */
export function escaped(text: string): string {
  return text.replace(/[<>&"]/g, (char) => `&#${char.charCodeAt(0)};`)
}
