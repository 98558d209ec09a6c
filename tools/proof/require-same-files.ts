import { spawnSync } from "node:child_process"

/** Throws unless two files hold the same bytes. */
export function requireSameFiles(one: string, other: string): void {
  const { status, stdout } = spawnSync("cmp", [one, other], { encoding: "utf8" })
  if (status !== 0) throw new Error(`${one} and ${other} differ: ${stdout.trim()}`)
}
