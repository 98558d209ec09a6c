import { createHash, randomBytes } from "node:crypto"
import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { type FileHandle, open, readdir, rm, stat, utimes } from "node:fs/promises"
import { join } from "node:path"
import { type DiskTags, SCAN_KEY_BYTES, SCAN_TAG_BYTES, type ScanCache } from "@bcopy/copy-engine"
import { cacheFolder, type CacheSurroundings } from "./cache-folder.ts"

/** So much is read and written at a time: the tags of 256 MiB, with blocks of 64 KiB. */
const WINDOW_BYTES = 64 << 10
const WINDOW_TAGS = WINDOW_BYTES / SCAN_TAG_BYTES
/** What was not used for so long is let go. */
const MAX_AGE_MS = 100 * 24 * 3600 * 1000
const ENDING = ".tags"

/** What is remembered of disks, in a folder of this user's caches: a file for each; `undefined` where there can be none. */
export function scanCacheFolder(surroundings: CacheSurroundings): ScanCache | undefined {
  const folder = cacheFolder("scans", surroundings)
  const key = folder === undefined ? undefined : keyIn(folder)
  if (folder === undefined || key === undefined) return undefined
  return {
    key,
    async open({ repository, job, workload, disk }) {
      await removeOld(folder)
      const name = createHash("sha256")
        .update(JSON.stringify([repository, job, workload, disk]))
        .digest("hex")
      const path = join(folder, `${name.slice(0, 32)}${ENDING}`)
      const file = await open(path, "r+").catch(() => open(path, "wx+", 0o600))
      const now = new Date()
      await utimes(path, now, now)
      return new TagFile(file)
    },
  }
}

function keyIn(folder: string): Uint8Array | undefined {
  const path = join(folder, "key")
  for (let attempt = 0; attempt < 3; attempt++)
    try {
      const key = readFileSync(path)
      if (key.length === SCAN_KEY_BYTES) return key
      // Cut short by a crash: tags made with it are recognized no more, and made anew.
      rmSync(path)
    } catch {
      try {
        writeFileSync(path, randomBytes(SCAN_KEY_BYTES), { flag: "wx", mode: 0o600 })
      } catch {
        // Another run may have been faster: its key is read.
      }
    }
  return undefined
}

async function removeOld(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.endsWith(ENDING)) continue
    const path = join(folder, name)
    const found = await stat(path).catch(() => undefined)
    if (found !== undefined && Date.now() - found.mtimeMs > MAX_AGE_MS) await rm(path, { force: true })
  }
}

/** The tags of one disk: that of block n at n × 16. Nothing of it need be durable, or whole. */
class TagFile implements DiskTags {
  readonly #file: FileHandle
  #window = { first: 0, tags: new Uint8Array(0) }
  /** What follows on each other and is not written yet. */
  #pending: { readonly first: number; readonly parts: Uint8Array[]; bytes: number } | undefined

  constructor(file: FileHandle) {
    this.#file = file
  }

  async read(first: number, count: number): Promise<Uint8Array> {
    const { first: from, tags } = this.#window
    if (first < from || first + count > from + tags.length / SCAN_TAG_BYTES) {
      const window = new Uint8Array(Math.max(count, WINDOW_TAGS) * SCAN_TAG_BYTES)
      await this.#file.read(window, 0, window.length, first * SCAN_TAG_BYTES)
      this.#window = { first, tags: window }
    }
    const at = (first - this.#window.first) * SCAN_TAG_BYTES
    return this.#window.tags.subarray(at, at + count * SCAN_TAG_BYTES)
  }

  async write(first: number, tags: Uint8Array): Promise<void> {
    const pending = this.#pending
    if (pending !== undefined && first === pending.first + pending.bytes / SCAN_TAG_BYTES) {
      pending.parts.push(tags)
      pending.bytes += tags.length
    } else {
      await this.#flush()
      this.#pending = { first, parts: [tags], bytes: tags.length }
    }
    if ((this.#pending?.bytes ?? 0) >= WINDOW_BYTES) await this.#flush()
  }

  async close(): Promise<void> {
    try {
      await this.#flush()
    } finally {
      await this.#file.close()
    }
  }

  async #flush(): Promise<void> {
    const pending = this.#pending
    if (pending === undefined) return
    this.#pending = undefined
    await this.#file.write(Buffer.concat(pending.parts), 0, pending.bytes, pending.first * SCAN_TAG_BYTES)
  }
}
