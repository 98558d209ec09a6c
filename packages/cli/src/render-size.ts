const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] as const

/** A size for people, in units of 1024: `0 B`, `64.0 KiB`, `1.5 GiB`. */
export function renderSize(bytes: number): string {
  let value = bytes
  let unit = 0
  // 1023.96 would be shown as 1024.0 of the smaller unit.
  while (value >= (unit === 0 ? 1024 : 1023.95) && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  return `${unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`
}
