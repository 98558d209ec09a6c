import { readTokens } from "./read-tokens.ts"

/** An `import`, `export … from`, `import()`, `import type` expression or `require()` of a module. */
export interface FoundImport {
  /** The module as written: `node:fs`, `./x.ts`, `@bcopy/repo/testing`. */
  readonly module: string
  /** Line of the module's name, from 1. */
  readonly line: number
}

/** Finds every module that TypeScript text names literally, in the order of the text. */
export function findImports(text: string): FoundImport[] {
  const tokens = readTokens(text)
  return tokens.flatMap((token, index) => {
    if (token.kind !== "string") return []
    const [before, beforeThat] = [tokens[index - 1], tokens[index - 2]]
    const named = before?.kind === "word" && (before.text === "from" || before.text === "import")
    const called = before?.text === "(" && (beforeThat?.text === "import" || beforeThat?.text === "require")
    return named || called ? [{ module: token.text, line: token.line }] : []
  })
}
