import { styleText } from "node:util"
import type { Io, Output } from "./io.ts"

/** Styles that the program uses, each as a function from text to text. */
export interface Paint {
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
  readonly green: (text: string) => string
  readonly yellow: (text: string) => string
  readonly red: (text: string) => string
}

/** Colours for a terminal that has them; elsewhere, and where `NO_COLOR` is set, text stays as it is. */
export function paintFor(output: Output, env: Io["env"]): Paint {
  const colourful = output.isTTY === true && (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb"
  const style = (name: keyof Paint) => (text: string) =>
    colourful ? styleText(name, text, { validateStream: false }) : text
  return { bold: style("bold"), dim: style("dim"), green: style("green"), yellow: style("yellow"), red: style("red") }
}

/** Text from elsewhere (a path, a message) without the control characters that would speak to a terminal. */
export function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "?")
}
