import type { ReadStream, WriteStream } from "node:tty"

/** Asks a person for a line, on stderr. */
export async function promptLine(
  question: string,
  { stdin, stderr }: { readonly stdin: ReadStream; readonly stderr: WriteStream },
): Promise<string> {
  // Loaded by whoever is asked something.
  const { createInterface } = await import("node:readline/promises")
  const lines = createInterface({ input: stdin, output: stderr })
  try {
    return await lines.question(question)
  } finally {
    lines.close()
  }
}
