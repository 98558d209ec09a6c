import { resolve } from "node:path"
import { type Clock, StoreError } from "@bcopy/repo"
import { systemClock } from "./clock.ts"
import { fileFailure } from "./file-failure.ts"
import type { FileSystem } from "./file-system.ts"
import { type FolderProbe, folderProbes, type ProbePlace } from "./folder-probes.ts"
import { fileSystemName } from "./file-system-name.ts"
import { nodeFileSystem } from "./node-file-system.ts"

/** What a folder was found to do. Plain data, to be stored as JSON. */
export interface FolderPassport {
  readonly kind: "folder"
  /** By the file system's clock, milliseconds since 1970. */
  readonly takenAtMs: number
  /** The kind of file system, such as `ext4` or `nfs`; `unknown` where it cannot be told. */
  readonly fileSystem: string
  readonly freeBytes: number
  readonly properties: readonly FolderProperty[]
}

/** One property of a folder. */
export interface FolderProperty {
  readonly name: FolderProbe["name"]
  readonly ok: boolean
  /** Whether a repository cannot do without it. */
  readonly needed: boolean
  /** What was seen, for a person to read. */
  readonly detail: string
}

export interface FolderPassportOptions {
  /** Compared with the file system's clock; the machine's if absent. */
  readonly clock?: Pick<Clock, "now">
  /** Names the probe's own folder: numbers from 0 up to but not including 1. */
  readonly random: () => number
}

/**
 * Finds out by trying what a folder can do, under `probe/`, and clears up behind itself. A property that is missing is
 * part of the answer; `requireFit` judges it.
 * @throws StoreError `Denied`, `ReadOnly`, `NoSpace` or `Unavailable` where nothing can be tried
 */
export async function folderPassport(path: string, options: FolderPassportOptions): Promise<FolderPassport> {
  return folderPassportOn(nodeFileSystem, path, options)
}

/** `folderPassport` on another file system: the seam for tests. */
export async function folderPassportOn(
  files: FileSystem,
  path: string,
  { clock = systemClock, random }: FolderPassportOptions,
): Promise<FolderPassport> {
  const root = resolve(path)
  const above = `${root}/probe`
  const folder = `${above}/${Math.floor(random() * 2 ** 48).toString(16)}`
  try {
    await files.makeFolder(above, 0o700).catch(() => undefined)
    await files.makeFolder(folder, 0o700)
  } catch (error) {
    throw fileFailure(error, `probe ${root}`)
  }
  try {
    const { typeNumber, freeBytes } = await files.space(root)
    const fileSystem = fileSystemName(typeNumber)
    const takenAtMs = (await files.facts(folder)).modifiedAtMs
    const place: ProbePlace = { files, folder, fileSystem, aheadMs: takenAtMs - clock.now() }
    const properties: FolderProperty[] = []
    for (const probe of folderProbes) properties.push(await tryProbe(probe, place))
    return { kind: "folder", takenAtMs, fileSystem, freeBytes, properties }
  } catch (error) {
    throw fileFailure(error, `probe ${root}`)
  } finally {
    await clear(files, folder)
    await files.removeFolder(above).catch(() => undefined)
  }
}

/**
 * Refuses a folder that lacks something a repository cannot do without, naming it.
 * @throws StoreError `Unfit`
 */
export function requireFit(passport: FolderPassport, path: string): void {
  const missing = passport.properties.filter(({ ok, needed }) => needed && !ok)
  if (missing.length === 0) return
  const list = missing.map(({ name, detail }) => `${name} (${detail})`).join(", ")
  throw new StoreError("Unfit", `${path} on ${passport.fileSystem} cannot keep a repository, it lacks: ${list}`, {
    hint: "use a folder on a local file system such as ext4, xfs, btrfs, zfs, apfs or ntfs, or on NFS 4",
  })
}

async function tryProbe({ name, needed, run }: FolderProbe, place: ProbePlace): Promise<FolderProperty> {
  try {
    return { name, needed, ...(await run(place)) }
  } catch (error) {
    return { name, needed, ok: false, detail: fileFailure(error, "tried").message }
  }
}

async function clear(files: FileSystem, folder: string): Promise<void> {
  const entries = await files.readFolder(folder).catch(() => [])
  for (const { name } of entries) await files.unlink(`${folder}/${name}`).catch(() => undefined)
  await files.removeFolder(folder).catch(() => undefined)
}
