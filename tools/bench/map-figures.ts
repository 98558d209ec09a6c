/** A figure and what it may be at most. */
export interface MapFigure {
  readonly what: string
  readonly found: number
  readonly unit: "%" | "B" | "MiB" | "packs" | "requests" | "increments"
  /** Absent where nothing is promised. */
  readonly limit?: number
}

/** Whether a figure is within its limit. */
export function isWithin({ found, limit }: MapFigure): boolean {
  return limit === undefined || found <= limit
}

/** A figure as a line of text. */
export function renderFigure(figure: MapFigure): string {
  const { what, found, limit, unit } = figure
  const number = (value: number) => (unit === "%" ? value.toFixed(4) : value.toFixed(unit === "MiB" ? 1 : 0))
  const allowed = limit === undefined ? "" : `, at most ${number(limit)}`
  return `${isWithin(figure) ? "ok  " : "FAIL"}  ${what}: ${number(found)} ${unit}${allowed}`
}
