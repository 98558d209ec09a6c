/** A time as JSON documents have it: ISO 8601, UTC, to the millisecond. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString()
}

/** A time for people: UTC, to the second. */
export function renderTime(ms: number): string {
  return isoTime(ms)
    .replace(/\.\d+Z$/, "Z")
    .replace("T", " ")
}
