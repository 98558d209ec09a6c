import { systemCode } from "./file-failure.ts"
import type { FileSystem } from "./file-system.ts"

/** Where a probe works: an empty folder of its own. */
export interface ProbePlace {
  readonly files: FileSystem
  readonly folder: string
  readonly fileSystem: string
  /** How far the file system's clock is ahead of this machine's. */
  readonly aheadMs: number
}

export interface FolderProbe {
  readonly name:
    | "exclusive-create"
    | "link-once"
    | "file-sync"
    | "folder-sync"
    | "read-after-write"
    | "list-after-create"
    | "case"
    | "clock"
    | "file-system"
  readonly needed: boolean
  /** Rejects, or answers `ok: false`, where the property is missing. */
  readonly run: (place: ProbePlace) => Promise<{ ok: boolean; detail: string }>
}

const RACERS = 20
const CLOCK_SLACK_MS = 5 * 60_000

const remarks: Readonly<Record<string, string>> = {
  tmpfs: "it is gone when the machine restarts",
  ramfs: "it is gone when the machine restarts",
  overlay: "it may be gone with the container it belongs to; mount a volume",
  vfat: "it has no hard links",
  exfat: "it has no hard links",
}

/** What is tried, in this order. */
export const folderProbes: readonly FolderProbe[] = [
  {
    name: "exclusive-create",
    needed: true,
    run: async ({ files, folder }) => {
      await write(files, `${folder}/exclusive`, 1)
      const second = await outcome(() => write(files, `${folder}/exclusive`, 2))
      return { ok: second === "EEXIST", detail: `a second file of the same name: ${second}` }
    },
  },
  {
    name: "link-once",
    needed: true,
    run: async ({ files, folder }) => {
      const racers = Array.from({ length: RACERS }, (_, racer) => `${folder}/racer-${racer}`)
      await Promise.all(racers.map((path, racer) => write(files, path, racer)))
      const outcomes = await Promise.all(racers.map((path) => outcome(() => files.link(path, `${folder}/goal`))))
      const won = outcomes.filter((code) => code === "done").length
      const others = [...new Set(outcomes.filter((code) => code !== "done"))].join(", ")
      const ok = won === 1 && others === "EEXIST"
      return { ok, detail: `of ${RACERS} at once ${won} made the link, the others: ${others || "none"}` }
    },
  },
  {
    name: "file-sync",
    needed: true,
    run: async ({ files, folder }) => {
      await write(files, `${folder}/synced`, 3)
      return { ok: true, detail: "fsync of a file works" }
    },
  },
  {
    name: "folder-sync",
    needed: true,
    run: async ({ files, folder }) => {
      await files.syncFolder(folder)
      return { ok: true, detail: "fsync of a folder works" }
    },
  },
  {
    name: "read-after-write",
    needed: true,
    run: async ({ files, folder }) => {
      await write(files, `${folder}/written`, 4)
      const file = await files.openFile(`${folder}/written`)
      const bytes = await file.read(0, 10)
      await file.close()
      return { ok: bytes.length === 1 && bytes[0] === 4, detail: `${bytes.length} of 1 bytes read back` }
    },
  },
  {
    name: "list-after-create",
    needed: true,
    run: async ({ files, folder }) => {
      const missing: string[] = []
      for (let number = 0; number < 5; number++) {
        await write(files, `${folder}/listed-${number}`, number)
        const entries = await files.readFolder(folder)
        if (!entries.some(({ name, kind }) => name === `listed-${number}` && kind === "file")) missing.push(`${number}`)
      }
      return { ok: missing.length === 0, detail: `${missing.length} of 5 new files missing from the listing` }
    },
  },
  {
    name: "case",
    needed: false,
    run: async ({ files, folder }) => {
      await write(files, `${folder}/case`, 5)
      const other = await outcome(() => files.facts(`${folder}/CASE`))
      const ok = other === "ENOENT"
      return { ok, detail: ok ? "case counts" : "case does not count: harmless, keys are lower-case" }
    },
  },
  {
    name: "clock",
    needed: false,
    run: async ({ aheadMs }) => {
      const detail = `the file system's clock is ${Math.abs(aheadMs)} ms ${aheadMs < 0 ? "behind" : "ahead of"} this machine's`
      return { ok: Math.abs(aheadMs) <= CLOCK_SLACK_MS, detail }
    },
  },
  {
    name: "file-system",
    needed: false,
    run: async ({ fileSystem }) => {
      const remark = remarks[fileSystem]
      return { ok: remark === undefined, detail: remark === undefined ? fileSystem : `${fileSystem}: ${remark}` }
    },
  },
]

/** Writes a file of one byte, which must not exist, and syncs it. */
async function write(files: FileSystem, path: string, byte: number): Promise<void> {
  const file = await files.makeFile(path, 0o600)
  try {
    await file.write(new Uint8Array([byte]))
    await file.sync()
  } finally {
    await file.close()
  }
}

/** `done`, or the system's code of what went wrong. */
async function outcome(act: () => Promise<unknown>): Promise<string> {
  try {
    await act()
    return "done"
  } catch (error) {
    return systemCode(error) ?? String(error)
  }
}
