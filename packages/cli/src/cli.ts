import { Command, CommanderError } from "commander"
import type { CliCommand } from "./cli-command.ts"
import { CliError } from "./cli-error.ts"
import { adoptCommand } from "./commands/adopt.ts"
import { backupCommand } from "./commands/backup.ts"
import { copyCommand } from "./commands/copy.ts"
import { initCommand } from "./commands/init.ts"
import { keysCommand } from "./commands/keys.ts"
import { locksCommand } from "./commands/locks.ts"
import { pointsCommand } from "./commands/points.ts"
import { retentionCommand } from "./commands/retention.ts"
import { pruneCommand } from "./commands/prune.ts"
import { reclaimCommand } from "./commands/reclaim.ts"
import { restoreCommand } from "./commands/restore.ts"
import { showCommand } from "./commands/show.ts"
import { storeCommand } from "./commands/store.ts"
import { verifyCommand } from "./commands/verify.ts"
import { describeError } from "./describe-error.ts"
import { type ExitCode, exitCodes, exitMeanings } from "./exit-codes.ts"
import type { Io } from "./io.ts"
import { readVersion } from "./read-version.ts"
import { runCommand, writeError } from "./run-command.ts"
import { addSharedOptions } from "./shared-options.ts"

const DEFAULT_COLUMNS = 80

/** In the order in which the help lists them. */
const commands: readonly CliCommand<never>[] = [
  initCommand,
  backupCommand,
  copyCommand,
  pointsCommand,
  retentionCommand,
  pruneCommand,
  reclaimCommand,
  locksCommand,
  restoreCommand,
  verifyCommand,
  showCommand,
  adoptCommand,
  storeCommand,
  keysCommand,
]

/** Runs the program with the arguments behind its name. Resolves to the exit status, whatever happens. */
export async function run(argv: readonly string[], io: Io): Promise<ExitCode> {
  let status: ExitCode = exitCodes.done
  let errText = ""
  const program = new Command("bcopy")
    .description("Backs up disk images, and copies restore points between repositories.")
    .version(readVersion())
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => (errText += text),
      outputError: () => undefined,
      getOutHelpWidth: () => io.stdout.columns ?? DEFAULT_COLUMNS,
      getErrHelpWidth: () => io.stderr.columns ?? DEFAULT_COLUMNS,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .addHelpText("after", helpFooter)

  // Who names a command needs no other; all are there for who looks for one.
  const named = commands.filter(({ name }) => name === argv[0])
  for (const command of named.length > 0 ? named : commands) {
    const parser = program.command(command.name)
    command.define(parser)
    addSharedOptions(parser)
    parser.action(async () => {
      status = await runCommand(command, { options: parser.opts<never>(), args: parser.args }, io)
    })
  }

  try {
    await program.parseAsync(argv, { from: "user" })
    return status
  } catch (error) {
    const json = argv.includes("--json")
    if (!(error instanceof CommanderError)) return writeError(describeError(error, io.signal.aborted), io, { json })
    if (error.exitCode === 0) return exitCodes.done
    if (error.code === "commander.help" && !json) {
      io.stderr.write(errText)
      return exitCodes.usage
    }
    const isMisplaced = error.code === "commander.unknownOption" && argv[0]?.startsWith("-") === true
    const command = isMisplaced ? argv.find((arg) => program.commands.some((one) => one.name() === arg)) : undefined
    return writeError(describeError(usageError(error, command)), io, { json })
  }
}

/** What the parser says, in the program's own form; `command` is one that options were put before. */
function usageError({ code, message }: CommanderError, command: string | undefined): CliError {
  if (code === "commander.help")
    return new CliError("Usage", "no command was given", { hint: "`bcopy --help` lists them." })
  const [first = "", suggestion] = message.replace(/^error: /, "").split("\n")
  const hint =
    command === undefined
      ? suggestion?.replace(/^\((.*)\)$/, "$1")
      : `Options stand behind the command: \`bcopy ${command} --help\` says what it takes.`
  return new CliError("Usage", first, hint === undefined ? {} : { hint })
}

const helpFooter = `
Example:
  $ bcopy init --repo /srv/bcopy --no-encryption
  $ bcopy backup --repo /srv/bcopy --job nightly --workload web01 sda=web01.raw
  $ bcopy copy --from /srv/bcopy --to /mnt/offsite
  $ bcopy restore --repo /mnt/offsite --workload web01 --output web01.raw

Exit codes:
${Object.entries(exitMeanings)
  .map(([code, meaning]) => `  ${code.padStart(3)}  ${meaning}`)
  .join("\n")}

BCOPY_REPO stands for --repo where that is not given. NO_COLOR turns colours off.`
