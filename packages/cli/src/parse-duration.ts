const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 }

/** Reads a length of time in minutes, hours, days (of 24 hours) or weeks: `90m`, `36h`, `7d`, `2w`; `undefined` for anything else. */
export function parseDuration(text: string): number | undefined {
  const [, digits, unit = ""] = /^(\d{1,9}) ?([a-z])$/i.exec(text.trim()) ?? []
  const factor = units[unit.toLowerCase()]
  if (text.trim() === "0") return 0
  return digits === undefined || factor === undefined ? undefined : Number(digits) * factor
}
