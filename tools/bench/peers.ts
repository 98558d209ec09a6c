import { execFileSync } from "node:child_process"
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { type Contender, type Step, versionOf } from "./contender.ts"

/** A peer that is installed, or the Debian package that would bring it. */
export type FoundPeer = Contender | { readonly missing: string }

/** What a user would take instead of bcopy, as far as it is on this machine. */
export function peers(folder: string): readonly FoundPeer[] {
  return [restic(folder), borg(folder), zstd(folder)]
}

function restic(folder: string): FoundPeer {
  const version = versionOf(["restic", "version"])
  if (version === undefined) return { missing: "restic" }
  const environment = { RESTIC_PASSWORD: "x", RESTIC_CACHE_DIR: join(folder, "restic-cache") }
  const repository = join(folder, "restic")
  const offsite = join(folder, "restic-offsite")
  const on = (path: string) => ["restic", "-q", "-r", path]
  const from = ["--from-repo", repository, "--from-password-command", "echo x"]
  const run = ([program = "", ...args]: readonly string[]) =>
    execFileSync(program, args, { stdio: "ignore", env: { ...process.env, ...environment } })
  return {
    name: "restic",
    debianPackage: "restic",
    version,
    repository,
    options: { cwd: folder, environment },
    begin() {
      run([...on(repository), "init", "--repository-version", "2"])
      run([...on(offsite), "init", "--repository-version", "2", "--copy-chunker-params", ...from])
    },
    command(step, { image, restored }) {
      const commands: Partial<Record<Step, readonly string[]>> = {
        "first full": [...on(repository), "backup", image],
        "next increment": [...on(repository), "backup", image],
        "copy, first point": [...on(offsite), "copy", ...from],
        "copy, next point": [...on(offsite), "copy", ...from],
        "open both": ["sh", "-c", `restic -q -r "${repository}" cat config && restic -q -r "${offsite}" cat config`],
        restore: [...on(repository), "restore", "latest", "--target", restored],
        "verify, all data": [...on(repository), "check", "--read-data"],
      }
      return commands[step]
    },
  }
}

function borg(folder: string): FoundPeer {
  const version = versionOf(["borg", "--version"])
  if (version === undefined) return { missing: "borgbackup" }
  const environment = {
    BORG_PASSPHRASE: "x",
    BORG_BASE_DIR: join(folder, "borg-base"),
    BORG_RELOCATED_REPO_ACCESS_IS_OK: "yes",
  }
  const repository = join(folder, "borg")
  let archives = 0
  const create = ["borg", "create", "--chunker-params", "fixed,1048576", "-C", "zstd,3"]
  return {
    name: "borg",
    debianPackage: "borgbackup",
    version,
    repository,
    options: { cwd: folder, environment },
    begin() {
      archives = 0
      mkdirSync(environment.BORG_BASE_DIR, { recursive: true })
      const env = { ...process.env, ...environment }
      execFileSync("borg", ["init", "-e", "repokey-blake2", repository], { stdio: "ignore", env })
    },
    command(step, { image, restored }) {
      if (step === "first full" || step === "next increment") return [...create, `${repository}::v${archives++}`, image]
      if (step === "verify, all data") return ["borg", "check", "--verify-data", repository]
      if (step !== "restore") return undefined
      return ["sh", "-c", `cd "${restored}" && borg extract --sparse "${repository}::v${archives - 1}"`]
    },
  }
}

function zstd(folder: string): FoundPeer {
  const version = versionOf(["zstd", "--version"])
  if (version === undefined) return { missing: "zstd" }
  const repository = join(folder, "zstd")
  return {
    name: "zstd",
    debianPackage: "zstd",
    version: version.replaceAll("*", "").trim(),
    repository,
    options: { cwd: folder },
    begin() {
      mkdirSync(repository)
    },
    command: (step, { image }) =>
      step === "compress alone"
        ? ["zstd", "-q", "-T2", "-3", "-f", image, "-o", join(repository, "image.zst")]
        : undefined,
  }
}
