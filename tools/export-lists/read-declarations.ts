import { readTokens } from "../read-tokens/read-tokens.ts"
import type { Token } from "../read-tokens/read-tokens.ts"

/** What a declaration file says at its top level. */
export interface Declarations {
  /** Name → its declarations, comments left out; several for overloads or for a type and a value of one name. */
  readonly declared: ReadonlyMap<string, readonly string[]>
  /** Name as seen outside → where it comes from; `from` is undefined for a name of the same file. */
  readonly exported: ReadonlyMap<string, { readonly name: string; readonly from: string | undefined }>
  /** Name as seen in the file → the module it is imported from. */
  readonly imported: ReadonlyMap<string, { readonly name: string; readonly from: string }>
}

const blockKinds = ["interface", "class", "enum", "namespace"]
const kinds = [...blockKinds, "function", "type", "const", "let", "var"]
const modifiers = ["export", "declare", "abstract"]

/**
 * Reads the text of a `.d.ts` file as `tsc` writes it.
 *
 * @throws Error for `export *`, `export default` and statements it does not know
 */
export function readDeclarations(text: string): Declarations {
  const declared = new Map<string, string[]>()
  const exported = new Map<string, { name: string; from: string | undefined }>()
  const imported = new Map<string, { name: string; from: string }>()

  for (const statement of splitStatements(readTokens(text))) {
    const words = statement.map((token) => token.text)
    const head = words.findIndex((word) => !modifiers.includes(word))
    const kind = words[head] ?? ""
    if (
      words[0] === "import" ||
      (words[0] === "export" && (kind === "{" || (kind === "type" && words[head + 1] === "{")))
    ) {
      const from = statement.find((token, index) => token.kind === "string" && words[index - 1] !== ",")?.text
      for (const { inside, outside } of readNames(words)) {
        if (words[0] === "export") exported.set(outside, { name: inside, from })
        else if (from !== undefined) imported.set(outside, { name: inside, from })
      }
    } else if (kinds.includes(kind)) {
      const name = words[head + 1] ?? ""
      declared.set(name, [
        ...(declared.get(name) ?? []),
        withoutComments(text, statement.slice(kind === "class" ? head - Number(words[head - 1] === "abstract") : head)),
      ])
      if (words[0] === "export") exported.set(name, { name, from: undefined })
    } else throw new Error(`the export list cannot tell what this is: ${words.slice(0, 6).join(" ")}`)
  }
  return { declared, exported, imported }
}

/** Cuts tokens at the semicolons of the top level and behind the blocks that end without one. */
function splitStatements(tokens: readonly Token[]): Token[][] {
  const statements: Token[][] = []
  let current: Token[] = []
  let depth = 0
  for (const token of tokens) {
    current.push(token)
    if (token.kind !== "sign") continue
    if ("([{".includes(token.text)) depth++
    if (")]}".includes(token.text)) depth--
    const isBlock = current.slice(0, 4).some(({ text }) => blockKinds.includes(text)) && token.text === "}"
    if (depth > 0 || !(token.text === ";" || isBlock)) continue
    if (current.length > 1) statements.push(current)
    current = []
  }
  if (current.length > 0) statements.push(current)
  return statements
}

/** The names between the braces of an import or export: `{ a, type B as C }`. */
function readNames(words: readonly string[]): { inside: string; outside: string }[] {
  const list = words.slice(words.indexOf("{") + 1, words.lastIndexOf("}"))
  if (!words.includes("{")) return []
  const names: { inside: string; outside: string }[] = []
  for (const part of list.join(" ").split(",")) {
    const [inside, as, outside] = part
      .trim()
      .replace(/^type (?!as )/, "")
      .split(" ")
    if (inside) names.push({ inside, outside: as === "as" && outside !== undefined ? outside : inside })
  }
  return names
}

/** The text that tokens stand for, with its line breaks and without its comments and last semicolon. */
function withoutComments(text: string, tokens: readonly Token[]): string {
  const parts = tokens.map((token, index) => {
    const gap = index === 0 ? "" : text.slice(tokens[index - 1]?.end, token.start)
    const blanks = gap
      .replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "")
      .replace(/[ \t]*(\r?\n[ \t]*)+/, "\n")
      .replace(/\r?\n\s*/, () => `\n${indentOf(gap)}`)
    return blanks + text.slice(token.start, token.end)
  })
  return parts.join("").replace(/;$/, "")
}

function indentOf(gap: string): string {
  return /[ \t]*$/.exec(gap)?.[0] ?? ""
}
