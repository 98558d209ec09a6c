import { execFileSync } from "node:child_process"
import type { TimedRunOptions } from "./timed-run.ts"

/** Work that is measured, whoever does it. */
export const steps = [
  "first full",
  "first full, level 1",
  "copy, first point",
  "next increment",
  "copy, next point",
  "open both",
  "restore",
  "verify, all data",
  "verify, seals only",
  "compress alone",
] as const
export type Step = (typeof steps)[number]

/** A program that does some of the work. */
export interface Contender {
  readonly name: string
  /** The Debian package that brings it; none for bcopy itself. */
  readonly debianPackage?: string
  readonly version: string
  /** Makes its empty repositories in the working folder. */
  begin(): void
  /** The command for a step; `image` is the disk as it is then, `restored` a folder for what comes out. Nothing if it cannot do it. */
  command(step: Step, files: { readonly image: string; readonly restored: string }): readonly string[] | undefined
  readonly options: TimedRunOptions
  /** The folder of its repository. */
  readonly repository: string
}

/** First line of what a program says; `undefined` if there is no such program. */
export function versionOf(command: readonly string[]): string | undefined {
  const [program = "", ...args] = command
  try {
    const said = execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] })
    return said.split("\n")[0]?.trim()
  } catch {
    return undefined
  }
}
