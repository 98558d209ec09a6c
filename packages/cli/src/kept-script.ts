import { hash, randomUUID } from "node:crypto"
import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { getHeapCodeStatistics } from "node:v8"
import { Script } from "node:vm"

/** Before the code that is kept: its SHA-256, then what is told of the run that kept it. */
const DIGEST_BYTES = 32
const HEADER_BYTES = DIGEST_BYTES + 16
/** A run that took so much longer is asked how much code it came to: to find that out takes a few milliseconds. */
const LONGER = 1.5
/** So much more code, and it is kept anew. */
const MORE = 1.1
/** From such a run V8 may have thrown away what was called at its beginning alone. */
const LONG_MS = 10_000
const ENDING = ".code"
/** What no longer belongs to this script is let go when it is so old. */
const MAX_AGE_MS = 30 * 24 * 3600 * 1000

export interface KeptScript<Exports> {
  readonly exports: Exports
  /** Keeps what has been compiled by now for the next run, if that is worth the time. Fails in silence. */
  keep(): void
}

export interface KeptScriptOptions {
  /** A folder that nobody else may write to: what lies there is run. Absent if nothing is to be kept. */
  readonly folder: string | undefined
  /** What of the script is used: each use keeps what it needs. */
  readonly use: string
  /** How long the process has been there, in milliseconds. */
  readonly now?: () => number
}

/**
 * Runs a CommonJS file of ASCII characters, whose `import.meta.url` is called `scriptUrl`, from what was compiled of it in an
 * earlier run. Node keeps of modules what is compiled when they are loaded; here it is all that a run of this use called.
 * Kept is for these very bytes only, and for this V8: it looks at that itself. docs/decisions/0027-a-program-kept-compiled.md
 * @throws what the script throws; SystemError if it cannot be read
 */
export function runKept<Exports>(
  file: URL,
  { folder, use, now = () => performance.now() }: KeptScriptOptions,
): KeptScript<Exports> {
  const bytes = readFileSync(file)
  const path = folder && join(folder, `${hash("sha256", bytes).slice(0, 32)}-${use}${ENDING}`)
  const kept = path === undefined ? undefined : readKept(path)
  const head = "(function (exports, require, module, scriptUrl) {"
  const script = new Script(`${head}${bytes.toString("latin1")}\n})`, {
    filename: fileURLToPath(file),
    columnOffset: -head.length,
    ...(kept && { cachedData: kept.code }),
  })
  const module = { exports: {} as Exports }
  const run = script.runInThisContext() as (...scope: readonly unknown[]) => void
  run(module.exports, createRequire(file), module, file.href)
  return {
    exports: module.exports,
    keep() {
      if (path === undefined) return
      const ms = now()
      const isGood = kept !== undefined && script.cachedDataRejected !== true
      if (isGood && !isWorthMore(ms, kept)) return
      try {
        writeKept(path, { ms, codeBytes: compiledBytes(), code: script.createCachedData() })
        removeOld(folder as string, path)
      } catch {
        // It only saves time.
      }
    },
  }
}

interface Kept {
  /** How long the run took, from when the process began. */
  readonly ms: number
  /** Of all that was compiled in it, Node's own code among it. */
  readonly codeBytes: number
  readonly code: Buffer
}

/** Whether what a run of so long compiled is better than what is kept. */
function isWorthMore(ms: number, kept: Kept): boolean {
  if (ms >= LONG_MS) return false
  return kept.ms >= LONG_MS || (ms > kept.ms * LONGER && compiledBytes() > kept.codeBytes * MORE)
}

function readKept(path: string): Kept | undefined {
  try {
    const bytes = readFileSync(path)
    if (bytes.length <= HEADER_BYTES) return undefined
    // V8 trusts what it is given.
    const digest = hash("sha256", bytes.subarray(DIGEST_BYTES), "buffer")
    if (!digest.equals(bytes.subarray(0, DIGEST_BYTES))) return undefined
    const [ms, codeBytes] = [bytes.readDoubleBE(DIGEST_BYTES), bytes.readDoubleBE(DIGEST_BYTES + 8)]
    return { ms, codeBytes, code: bytes.subarray(HEADER_BYTES) }
  } catch {
    return undefined
  }
}

function writeKept(path: string, { ms, codeBytes, code }: Kept): void {
  const bytes = Buffer.concat([Buffer.alloc(HEADER_BYTES), code])
  bytes.writeDoubleBE(ms, DIGEST_BYTES)
  bytes.writeDoubleBE(codeBytes, DIGEST_BYTES + 8)
  hash("sha256", bytes.subarray(DIGEST_BYTES), "buffer").copy(bytes)
  const written = `${path}.${randomUUID()}`
  try {
    writeFileSync(written, bytes, { flag: "wx", mode: 0o600 })
    renameSync(written, path)
  } finally {
    rmSync(written, { force: true })
  }
}

function removeOld(folder: string, path: string): void {
  const oldest = Date.now() - MAX_AGE_MS
  for (const name of readdirSync(folder)) {
    const other = join(folder, name)
    if (other !== path && statSync(other).mtimeMs < oldest) rmSync(other)
  }
}

function compiledBytes(): number {
  return getHeapCodeStatistics().bytecode_and_metadata_size
}
