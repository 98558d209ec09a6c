/** Commands that move data, and what must be among their arguments for that. */
const movingCommands: ReadonlyMap<string, string | undefined> = new Map([
  ["backup", undefined],
  ["copy", undefined],
  ["restore", undefined],
  ["verify", "--read-data"],
])

/** After one of these nothing is moved. */
const idleOptions: ReadonlySet<string> = new Set(["--dry-run", "--help", "-h"])

/**
 * Whether a command line, as far as can be told before it is parsed, is of a command that moves data. Where this is wrong,
 * only time is lost.
 */
export function seemsToMoveData(argv: readonly string[]): boolean {
  const [name = "", ...rest] = argv
  if (!movingCommands.has(name) || rest.some((argument) => idleOptions.has(argument))) return false
  const needed = movingCommands.get(name)
  return needed === undefined || rest.some((argument) => argument.split("=")[0] === needed)
}
