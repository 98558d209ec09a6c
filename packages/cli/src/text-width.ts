const segments = new Intl.Segmenter("en", { granularity: "grapheme" })
const wide =
  /\p{Emoji_Presentation}|[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303f\uff01-\uff60]/u

/** What a person sees as one character each. */
export function charactersOf(text: string): readonly string[] {
  return Array.from(segments.segment(text), ({ segment }) => segment)
}

/** How many columns of a terminal a text without control characters takes. */
export function textWidth(text: string): number {
  return charactersOf(text).reduce((width, character) => width + (wide.test(character) ? 2 : 1), 0)
}
