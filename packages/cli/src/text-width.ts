/** Letters that stand for themselves, one column each. Anything else needs tables that take a while to load. */
const plain = /^[\x20-\x7e]*$/
let segments: Intl.Segmenter | undefined
const wide =
  /\p{Emoji_Presentation}|[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303f\uff01-\uff60]/u

/** What a person sees as one character each. */
export function charactersOf(text: string): readonly string[] {
  if (plain.test(text)) return text.split("")
  segments ??= new Intl.Segmenter("en", { granularity: "grapheme" })
  return Array.from(segments.segment(text), ({ segment }) => segment)
}

/** How many columns of a terminal a text without control characters takes. */
export function textWidth(text: string): number {
  if (plain.test(text)) return text.length
  return charactersOf(text).reduce((width, character) => width + (wide.test(character) ? 2 : 1), 0)
}
