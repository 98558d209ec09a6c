import { charactersOf, textWidth } from "./text-width.ts"

const ELLIPSIS = "…"

/** A text in at most so many columns: what is too much goes from its middle, since names often differ at their ends. */
export function shorten(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text
  if (columns < 1) return ""
  const characters = charactersOf(text)
  const tail = fitting(characters.toReversed(), Math.floor((columns - 1) / 2)).toReversed()
  const head = fitting(characters, columns - 1 - textWidth(tail.join("")))
  return head.join("") + ELLIPSIS + tail.join("")
}

function fitting(characters: readonly string[], columns: number): string[] {
  const kept: string[] = []
  let width = 0
  for (const character of characters) {
    width += textWidth(character)
    if (width > columns) break
    kept.push(character)
  }
  return kept
}
