const factors: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
  k: 2 ** 10,
  m: 2 ** 20,
  g: 2 ** 30,
  t: 2 ** 40,
  kb: 10 ** 3,
  mb: 10 ** 6,
  gb: 10 ** 9,
  tb: 10 ** 12,
}

/**
 * Reads a size: plain bytes, `64KiB` (1024) or `64kB` (1000), in either case of letters; `undefined` for anything else
 * and for what is not a whole number of bytes from 1 up to 2^53.
 */
export function parseSize(text: string): number | undefined {
  const [, digits, unit = ""] = /^(\d+(?:\.\d+)?) ?([a-z]*)$/i.exec(text.trim()) ?? []
  const factor = factors[unit.toLowerCase()]
  if (digits === undefined || factor === undefined) return undefined
  const bytes = Number(digits) * factor
  return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : undefined
}
