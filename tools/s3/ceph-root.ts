import { execFileSync } from "node:child_process"
import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs"
import { homedir } from "node:os"
import { basename, dirname, join } from "node:path"
import { requireTool } from "@bcopy/require-tool"

const PUBLIC_MIRROR = "http://deb.debian.org/debian"
/** What brings a gateway's programs, and the folders that they expect to be there. */
const PACKAGES = ["base-files", "ceph-mon", "ceph-osd", "radosgw", "ceph-common"]
/** Without these two the programs do not start. */
const DEVICES = { null: ["1", "3"], urandom: ["1", "9"] }

/**
 * A folder with the programs of a Debian release's Ceph, such as `sid`'s, which is the newest: they run there by `chroot`,
 * and nothing is installed on the system. Made once, some 600 MB in the user's cache, and kept; delete the folder to get what
 * Debian has by then. Needs root and mmdebstrap.
 * @returns `undefined` if there is none and mmdebstrap is absent; with `CI=true` that throws
 */
export function cephRoot(release: string): string | undefined {
  const root = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "bcopy", `ceph-${release}`)
  if (existsSync(root)) return root
  if (!requireTool("mmdebstrap", "mmdebstrap")) return undefined
  mkdirSync(dirname(root), { recursive: true, mode: 0o700 })
  sweepUnfinished(root)
  const unfinished = `${root}.${process.pid}`
  try {
    unpack(release, unfinished)
    renameSync(unfinished, root)
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true })
    // Whoever made it at the same time was first.
    if (!existsSync(root)) throw error
  }
  return root
}

function unpack(release: string, folder: string): void {
  const options = [
    "--quiet",
    // apt resolves and verifies the packages; none of their scripts is run.
    "--variant=extract",
    `--include=${PACKAGES.join(",")}`,
    '--aptopt=APT::Install-Recommends "false"',
    // A mirror that stands still has an index older than its week.
    '--aptopt=Acquire::Check-Valid-Until "false"',
  ]
  execFileSync("mmdebstrap", [...options, release, folder, debianMirror()], { stdio: ["ignore", "inherit", "inherit"] })
  for (const [name, numbers] of Object.entries(DEVICES)) {
    const device = join(folder, "dev", name)
    if (!existsSync(device)) execFileSync("mknod", ["-m", "666", device, "c", ...numbers])
  }
  mkdirSync(join(folder, "tmp"), { recursive: true })
  chmodSync(join(folder, "tmp"), 0o1777)
}

/** Where apt on this machine has Debian from. */
function debianMirror(): string {
  const requests = execFileSync("apt-get", ["--print-uris", "update"], { encoding: "utf8" })
  const [, mirror] = /^'(https?:\/\/[^']*\/debian)\/dists\//m.exec(requests) ?? []
  return mirror ?? PUBLIC_MIRROR
}

/** Removes what processes that are no more have left half made. */
function sweepUnfinished(root: string): void {
  for (const name of readdirSync(dirname(root))) {
    if (!name.startsWith(`${basename(root)}.`)) continue
    if (!existsSync(join("/proc", name.slice(basename(root).length + 1))))
      rmSync(join(dirname(root), name), { recursive: true, force: true })
  }
}
