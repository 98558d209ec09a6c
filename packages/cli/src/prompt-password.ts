import type { ReadStream } from "node:tty"

const CTRL_C = "\u0003"
const CTRL_D = "\u0004"
const BACKSPACES = new Set(["\u007f", "\b"])

/** Asks a person for a secret, on stderr and without echo. Rejects when it is interrupted. */
export function promptPassword(
  question: string,
  { stdin, stderr }: { readonly stdin: ReadStream; readonly stderr: { write(text: string): unknown } },
): Promise<string> {
  return new Promise((resolve, reject) => {
    let typed = ""
    stderr.write(question)
    stdin.setRawMode(true)
    stdin.setEncoding("utf8")
    const end = (settle: () => void) => {
      stdin.off("data", onData)
      stdin.setRawMode(false)
      stdin.pause()
      stderr.write("\n")
      settle()
    }
    const onData = (text: string) => {
      for (const key of text) {
        if (key === "\r" || key === "\n") return end(() => resolve(typed))
        if (key === CTRL_C) return end(() => reject(Object.assign(new Error("interrupted"), { code: "Aborted" })))
        if (key === CTRL_D && typed === "") return end(() => resolve(""))
        if (BACKSPACES.has(key)) typed = [...typed].slice(0, -1).join("")
        else if (key >= " ") typed += key
      }
    }
    stdin.on("data", onData)
    stdin.resume()
  })
}
