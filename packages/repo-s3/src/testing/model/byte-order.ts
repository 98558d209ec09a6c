/** Compares two texts by the bytes of their UTF-8, as S3 orders keys: below, at or above zero. */
export function byteOrder(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index++) {
    const [left, right] = [a.charCodeAt(index), b.charCodeAt(index)]
    if (left !== right) return rank(left) - rank(right)
  }
  return a.length - b.length
}

/** Characters beyond U+FFFF come last in UTF-8; in UTF-16 their surrogates lie before U+E000. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x1_0000 : unit
}
