import { join } from "node:path"
import { versionOf } from "./contender.ts"
import type { TimedRunOptions } from "./timed-run.ts"

const cli = join(import.meta.dirname, "../../packages/cli/dist/main.js")

/** What is pruned: the oldest points of a chain, all but the newest `keep`. */
export interface PruneTask {
  readonly keep: number
  /** Unused bytes that may stay, in percent of those in use; each program's own default if absent. */
  readonly maxUnused?: string
}

/** A program that keeps a chain of a disk in a folder, and prunes it. */
export interface PruneContender {
  readonly name: "bcopy" | "restic"
  readonly version: string
  /** Its repository, below the folder in which all commands run. */
  readonly repository: string
  readonly options: TimedRunOptions
  readonly begin: readonly string[]
  backUp(image: string): readonly string[]
  /** Run before, unmeasured: what a user says once. */
  prepare(task: PruneTask): readonly string[] | undefined
  prune(task: PruneTask): readonly string[]
}

/** bcopy as its users have it, built. What `prune` did goes to stdout as a document. */
export function prunedBcopy(folder: string, { encrypted }: { readonly encrypted: boolean }): PruneContender {
  const bcopy = [process.execPath, cli]
  const at = ["--repo", "bcopy"]
  return {
    name: "bcopy",
    version: `${encrypted ? "encrypted" : "in the clear"}, Node ${process.version}`,
    repository: "bcopy",
    options: {
      cwd: folder,
      environment: {
        ...(encrypted && { BCOPY_PASSWORD: "x" }),
        BCOPY_CONFIG_DIR: join(folder, "config"),
        BCOPY_CACHE_DIR: join(folder, "cache-bcopy"),
      },
    },
    begin: [...bcopy, "init", ...at, encrypted ? "--no-recovery-kit" : "--no-encryption"],
    backUp: (image) => [...bcopy, "backup", ...at, "--job", "nightly", "--workload", "web", `disk=${image}`],
    prepare: ({ keep }) => [...bcopy, "retention", "accept", ...at, "--job", "nightly", "--count", `${keep}`, "--yes"],
    prune: ({ maxUnused }) => {
      const limits = maxUnused === undefined ? [] : ["--max-unused", maxUnused]
      return [...bcopy, "prune", ...at, "--yes", "--undo", "0h", "--json", ...limits]
    },
  }
}

/** How bcopy is asked what holds the space of its repository. */
export function explainCommand(bcopy: PruneContender): readonly string[] {
  return [process.execPath, cli, "reclaim", "explain", "--repo", bcopy.repository, "--json"]
}

/** restic, which encrypts always; `undefined` if it is not installed. */
export function prunedRestic(folder: string): PruneContender | undefined {
  const version = versionOf(["restic", "version"])
  if (version === undefined) return undefined
  const restic = ["restic", "-r", "restic"]
  return {
    name: "restic",
    version,
    repository: "restic",
    options: { cwd: folder, environment: { RESTIC_PASSWORD: "x", RESTIC_CACHE_DIR: join(folder, "restic-cache") } },
    begin: [...restic, "init", "--repository-version", "2"],
    backUp: (image) => [...restic, "-q", "backup", image],
    prepare: () => undefined,
    prune: ({ keep, maxUnused }) => {
      // restic counts in percent of all that is stored.
      const ofAll = maxUnused === undefined ? 0 : (100 * Number(maxUnused)) / (100 + Number(maxUnused))
      const limits = maxUnused === undefined ? [] : ["--max-unused", `${ofAll.toFixed(2)}%`]
      return [...restic, "forget", "--keep-last", `${keep}`, "--prune", ...limits]
    },
  }
}
