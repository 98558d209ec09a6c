import type { Command } from "commander"
import type { Call } from "./cli-command.ts"
import { CliError } from "./cli-error.ts"
import { readPassword } from "./read-password.ts"
import { countArgument, pathArgument } from "./shared-options.ts"

/** Options that give a password that is not yet in use. */
export interface NewPasswordOptions {
  readonly newPasswordFile?: string
  readonly newPasswordCommand?: string
  readonly newPasswordFd?: number
  readonly hint?: string
}

export function addNewPasswordOptions(command: Command): void {
  command
    .option(
      "--new-password-file <file>",
      "file whose first line is the new password (or BCOPY_NEW_PASSWORD)",
      pathArgument,
    )
    .option("--new-password-command <command>", "command that prints the new password")
    .option("--new-password-fd <number>", "open file descriptor to read the new password from", countArgument)
    .option("--hint <text>", "reminder of the new password; everybody who sees the repository can read it")
}

/** The new password: as options or the environment give it, else from a person, twice. @throws CliError `Usage` */
export async function newPassword({ options, io }: Pick<Call<NewPasswordOptions>, "options" | "io">): Promise<string> {
  const { newPasswordFile: file, newPasswordCommand: command, newPasswordFd: fd } = options
  const given = await readPassword({ file, command, fd, variable: "BCOPY_NEW_PASSWORD" }, io)
  return given ?? askTwice(io, "new password: ")
}

/** Asks a person for a password and for the same once more. @throws CliError `Usage` */
export async function askTwice({ prompt }: Pick<Call["io"], "prompt">, question: string): Promise<string> {
  if (prompt === undefined)
    throw new CliError("Usage", "no password was given, and there is no terminal to ask at", {
      hint: "Give it in a file (--…password-file), by a command, a descriptor, or an environment variable.",
    })
  const typed = await prompt(question)
  if (typed === "") throw new CliError("Usage", "the password is empty")
  if ((await prompt("the same once more: ")) === typed) return typed
  throw new CliError("Usage", "the two passwords differ")
}
