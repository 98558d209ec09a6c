/** A piece of TypeScript text: a word (name, keyword or number), a quoted or template text, a regular expression, a sign. */
export interface Token {
  readonly kind: "word" | "string" | "template" | "regexp" | "sign"
  /** The word or sign as written, or what stands between quotes, or between the code of a template. */
  readonly text: string
  /** Line of the token's first character, from 1. */
  readonly line: number
  /** Where the token begins and ends in the text. */
  readonly start: number
  readonly end: number
}

// After one of these words a slash begins a regular expression; after any other word it divides.
const wordsBeforeValue = new Set([
  "return",
  "typeof",
  "case",
  "in",
  "of",
  "delete",
  "void",
  "throw",
  "new",
  "else",
  "do",
  "await",
  "yield",
])

/**
 * Cuts TypeScript text into tokens and leaves out blanks and comments. What `${}` holds in a template comes as tokens of
 * its own; the template's text comes in pieces around them. Enough to find imports and names, not a parser.
 */
export function readTokens(text: string): Token[] {
  const tokens: Token[] = []
  const openTemplates: number[] = []
  let line = 1
  let braces = 0
  let at = 0

  function push(kind: Token["kind"], from: number, to: number, value: string): void {
    tokens.push({ kind, text: value, line, start: from, end: to })
    for (let i = from; i < to; i++) if (text[i] === "\n") line++
    at = to
  }

  // Reads template text from `at` up to the closing back quote or to `${`, which opens code again.
  function readTemplate(from: number): void {
    let to = at
    while (to < text.length && text[to] !== "`" && !(text[to] === "$" && text[to + 1] === "{"))
      to += text[to] === "\\" ? 2 : 1
    const content = text.slice(at, to)
    if (text[to] === "$") {
      openTemplates.push(braces)
      push("template", from, to + 2, content)
    } else push("template", from, to + 1, content)
  }

  while (at < text.length) {
    const sign = text[at] as string
    const rest = text.slice(at, at + 2)
    if (sign === "\n") {
      line++
      at++
    } else if (/\s/.test(sign)) at++
    else if (rest === "//" || (rest === "#!" && at === 0)) at = endOr(text, text.indexOf("\n", at))
    else if (rest === "/*") {
      const end = endOr(text, text.indexOf("*/", at + 2)) + 2
      line += text.slice(at, end).split("\n").length - 1
      at = end
    } else if (sign === '"' || sign === "'") {
      const end = endOfQuoted(text, at, sign)
      push("string", at, end, text.slice(at + 1, end - 1))
    } else if (sign === "`") {
      const from = at++
      readTemplate(from)
    } else if (sign === "}" && openTemplates.at(-1) === braces) {
      openTemplates.pop()
      const from = at++
      readTemplate(from)
    } else if (sign === "/" && beginsRegExp(tokens.at(-1))) {
      const end = endOfRegExp(text, at)
      push("regexp", at, end, text.slice(at, end))
    } else {
      const word = /^[\p{ID_Continue}$#@]+/u.exec(text.slice(at, at + 200))?.[0]
      if (sign === "{") braces++
      if (sign === "}") braces--
      push(word === undefined ? "sign" : "word", at, at + (word ?? sign).length, word ?? sign)
    }
  }
  return tokens
}

function endOr(text: string, index: number): number {
  return index === -1 ? text.length : index
}

function endOfQuoted(text: string, start: number, quote: string): number {
  let at = start + 1
  while (at < text.length && text[at] !== quote && text[at] !== "\n") at += text[at] === "\\" ? 2 : 1
  return at + 1
}

function beginsRegExp(before: Token | undefined): boolean {
  if (before === undefined) return true
  if (before.kind === "word") return wordsBeforeValue.has(before.text)
  return before.kind === "sign" && ![")", "]", "}"].includes(before.text)
}

function endOfRegExp(text: string, start: number): number {
  let at = start + 1
  let inClass = false
  while (at < text.length && text[at] !== "\n" && (inClass || text[at] !== "/")) {
    if (text[at] === "[") inClass = true
    if (text[at] === "]") inClass = false
    at += text[at] === "\\" ? 2 : 1
  }
  at++
  while (/[a-z]/.test(text[at] ?? "")) at++
  return at
}
