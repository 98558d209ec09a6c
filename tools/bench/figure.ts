/** A figure, what it is measured against, and what it may be at most. */
export interface Figure {
  readonly what: string
  readonly found: number
  readonly unit: string
  /** Absent where nothing is promised. */
  readonly limit?: number
  /** How it came about. */
  readonly detail?: string
}

/** Whether a figure is within its limit, or within so many times that. */
export function isWithin({ found, limit }: Figure, leeway = 1): boolean {
  return limit === undefined || found <= limit * leeway
}

/** A figure as a line of text. */
export function renderFigure(figure: Figure): string {
  const { what, found, limit, unit, detail } = figure
  const allowed = limit === undefined ? "" : `at most ${renderNumber(limit, unit)}`
  const verdict = limit === undefined ? "    " : isWithin(figure) ? "ok  " : "MISS"
  const value = `${renderNumber(found, unit)} ${unit}`
  return `${verdict}  ${what.padEnd(44)} ${value.padStart(14)}  ${allowed.padEnd(14)}  ${detail ?? ""}`.trimEnd()
}

function renderNumber(value: number, unit: string): string {
  if (unit === "%") return value.toFixed(4)
  if (Number.isInteger(value) || value >= 1000) return value.toFixed(0)
  return value.toFixed(value < 10 ? 2 : 1)
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
}
