import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import type { Contender, Step } from "./contender.ts"

const cli = join(import.meta.dirname, "../../packages/cli")

/** bcopy as its users have it: built, its repositories encrypted with a password, which every command derives anew. */
export function bcopyContender(folder: string): Contender {
  const bcopy = [process.execPath, join(cli, "dist/main.js")]
  const { version } = JSON.parse(readFileSync(join(cli, "package.json"), "utf8")) as { readonly version: string }
  const repository = join(folder, "bcopy")
  const offsite = join(folder, "bcopy-offsite")
  const level1 = join(folder, "bcopy-level-1")
  const keys = {
    BCOPY_PASSWORD: "x",
    BCOPY_FROM_PASSWORD: "x",
    BCOPY_CONFIG_DIR: join(folder, "config"),
    BCOPY_CACHE_DIR: join(folder, "cache-bcopy"),
  }
  const named = ["--job", "nightly", "--workload", "web"]
  const backUp = (into: string, image: string, ...more: readonly string[]) =>
    [bcopy, "backup", "--repo", into, named, more, `disk=${image}`].flat()
  const copy = [...bcopy, "copy", "--from", repository, "--to", offsite]
  return {
    name: "bcopy",
    version: `${version}, Node ${process.version}`,
    repository,
    options: { cwd: folder, environment: keys },
    begin() {
      const [program = "", ...args] = bcopy
      for (const path of [repository, offsite, level1])
        execFileSync(program, [...args, "init", "--repo", path, "--no-recovery-kit"], {
          stdio: "ignore",
          env: { ...process.env, ...keys },
        })
    },
    command(step, { image, restored }) {
      const commands: Partial<Record<Step, readonly string[]>> = {
        "first full": backUp(repository, image),
        "first full, level 1": backUp(level1, image, "--level", "1"),
        "next increment": backUp(repository, image),
        "copy, first point": copy,
        "copy, next point": copy,
        // By now there is nothing to copy.
        "open both": [...copy, "--dry-run"],
        restore: [
          ...bcopy,
          "restore",
          "--repo",
          repository,
          "--workload",
          "web",
          "--output",
          join(restored, "disk.raw"),
        ],
        "verify, all data": [...bcopy, "verify", "--repo", repository, "--all", "--read-data"],
        "verify, seals only": [...bcopy, "verify", "--repo", repository, "--all", "--read-data=authenticate"],
      }
      return commands[step]
    },
  }
}
