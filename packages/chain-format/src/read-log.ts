import { FormatError, isDamage, isFormatError } from "./format-error.ts"
import { toHex } from "./hex.ts"
import type { BackupId, WorkloadId } from "./ids.ts"
import { entryKey, entryNumber, layout } from "./layout.ts"
import { type LivePoint, type LogEntry, parseLogEntry, stateAfter } from "./log-entry.ts"
import { emptyLog, foldEntry, type LogState } from "./log-state.ts"
import type { Manifest } from "./manifest.ts"
import type { PointTree } from "./point-tree.ts"
import type { RepositoryView } from "./repository-view.ts"
import type { SealSuite } from "./seal-suite.ts"
import { decodeSmallObject } from "./small-object.ts"

interface Abortable {
  readonly signal?: AbortSignal
}

/** How many entries at a log's head may be broken before reading gives up. */
const MAX_BROKEN_HEADS = 64

/** Names of a log that are asked for at once, at most. */
const MAX_LISTED = 1000

/** A commit log as bytes: where it lies and how its objects open. */
export interface LogPlace {
  readonly backup: BackupId
  readonly workload: WorkloadId
}

/**
 * The state of a workload's commit log: one listing, the newest entry, and the catalogue it names. `undefined` if the
 * workload has no log.
 *
 * Entries at the head that are missing or do not open are left out and listed in `state.broken`: the points before them
 * stay readable, and nothing but a repair may be appended.
 * @throws FormatError `NeedsNewer`; `Inconsistent` if nothing at the head opens
 */
export async function readLog(
  view: RepositoryView,
  place: LogPlace,
  options: Abortable = {},
): Promise<LogState | undefined> {
  const prefix = layout.log(place.backup, place.workload)
  const head = await findHead(view, prefix, options)
  if (head === undefined) return undefined
  const strict =
    view.strictSuite === undefined ? undefined : await stateAt(view, place, head, { ...options, strict: true })
  if (strict !== undefined && strict.broken.length < head) return strict
  const state = await stateAt(view, place, head, { ...options, strict: false })
  if (strict === undefined || state.points.length + state.removed.length === 0) return state
  throw new FormatError(
    "Unopenable",
    `${view.name}: the log of ${state.workload.name} has points, and since the keys were rotated nobody has sealed any entry of it`,
  )
}

/** Number of the newest entry of the log under a prefix; names that no entry of it can have are passed over. */
export async function findHead(
  view: RepositoryView,
  prefix: string,
  options: Abortable = {},
): Promise<number | undefined> {
  // Names that are none stand only where somebody put them: then more are asked for each time.
  for (let after: string | undefined, limit = 4; ; limit = Math.min(MAX_LISTED, 4 * limit)) {
    const page = await view.list(prefix, { limit, ...(after !== undefined && { after }), ...options })
    for (const key of page.keys) {
      const number = entryNumber(prefix, key, view.entryTag)
      if (number !== undefined) return number
    }
    if (page.next === undefined) return undefined
    after = page.next
  }
}

/**
 * One entry with the SHA-256 of its stored bytes. Who knows that digest gives it: another object is then refused whatever
 * it says of itself.
 * @throws FormatError `Missing` if it is not there, `Inconsistent` if it is another one
 */
export async function readEntry(
  view: RepositoryView,
  place: LogPlace,
  number: number,
  options: Abortable & {
    readonly digest?: string
    /** Whether to trust it no more than the newest entry: nothing that is trusted says what it should be. */
    readonly strict?: boolean
  } = {},
): Promise<{ readonly entry: LogEntry; readonly digest: string }> {
  const key = entryKey(layout.log(place.backup, place.workload), number, view.entryTag)
  const bytes = await view.read(key, options)
  if (bytes === undefined) throw new FormatError("Missing", `${view.name}: log entry ${key} is missing`)
  const digest = toHex(view.sha256(bytes))
  requireDigest(view, key, digest, options.digest)
  return { entry: openEntry(view, place, number, bytes, suiteFor(view, options.strict ?? false)), digest }
}

function suiteFor(view: RepositoryView, strict: boolean): SealSuite {
  return strict ? (view.strictSuite ?? view.suite) : view.suite
}

function requireDigest(view: RepositoryView, key: string, digest: string, named: string | undefined): void {
  if (named !== undefined && digest !== named)
    throw new FormatError("Inconsistent", `${view.name}: ${key} has digest ${digest}, later entries say ${named}`)
}

/** Opens the stored bytes of an entry: strictly, unless another suite is given. @throws FormatError */
export function openEntry(
  view: RepositoryView,
  place: LogPlace,
  number: number,
  bytes: Uint8Array,
  suite = suiteFor(view, true),
): LogEntry {
  const objectKey = entryKey(layout.log(place.backup, place.workload), number, view.entryTag)
  const entry = parseLogEntry(decodeSmallObject("logEntry", bytes, { suite, codec: view.codec, objectKey }), objectKey)
  if (entry.number !== number || entry.workload.id !== place.workload)
    throw new FormatError(
      "Inconsistent",
      `${objectKey} says it is entry ${entry.number} of workload ${entry.workload.id}`,
    )
  return entry
}

/**
 * The manifest of a point, from its entry, and where its content lies now.
 * @throws FormatError `Missing`, `Inconsistent` if an entry is another one
 */
export async function readManifest(
  view: RepositoryView,
  place: LogPlace,
  point: Pick<LivePoint, "entry" | "digest" | "home">,
  options: Abortable = {},
): Promise<Manifest> {
  const { entry } = await readEntry(view, place, point.entry, { ...options, digest: point.digest })
  if (entry.body.kind !== "point")
    throw new FormatError("Inconsistent", `${view.name}: log entry ${point.entry} is not the point that the log names`)
  const { manifest } = entry.body
  return point.home === undefined ? manifest : moveManifest(manifest, await readHome(view, place, point, options))
}

/** The tree that a `rehomed` entry gives a point. */
async function readHome(
  view: RepositoryView,
  place: LogPlace,
  { entry: own, home }: Pick<LivePoint, "entry" | "home">,
  options: Abortable,
): Promise<PointTree> {
  const { entry: number, digest } = home as NonNullable<typeof home>
  const { entry } = await readEntry(view, place, number, { ...options, digest })
  const found = entry.body.kind === "rehomed" ? entry.body.points.find((one) => one.entry === own) : undefined
  if (found === undefined)
    throw new FormatError("Inconsistent", `${view.name}: log entry ${number} does not say where point ${own} lies`)
  return found.tree
}

/** The same content elsewhere: names, sizes and content roots stay. @throws FormatError `Inconsistent` */
function moveManifest(manifest: Manifest, tree: PointTree): Manifest {
  const disks = manifest.disks.map(({ name, sizeBytes, contentRoot }, at) => {
    const moved = tree.disks[at]
    if (moved?.name !== name || moved.sizeBytes !== sizeBytes)
      throw new FormatError("Inconsistent", `disk ${name} of a point is another one in the entry that moved it`)
    return { ...moved, contentRoot }
  })
  if (tree.disks.length !== disks.length || tree.blockBytes !== manifest.blockBytes)
    throw new FormatError("Inconsistent", `point ${manifest.point} has other disks or blocks where it was moved to`)
  const { table: _, ...rest } = manifest
  return { ...rest, ...tree, disks }
}

function isOfNewerKeys(error: unknown): boolean {
  return isFormatError(error) && error.code === "NeedsKey"
}

async function stateAt(
  view: RepositoryView,
  place: LogPlace,
  number: number,
  options: Abortable & { readonly strict: boolean },
  broken = 0,
  named?: string,
): Promise<LogState> {
  if (number === 0) return emptyLog({ id: place.workload, name: place.workload })
  const key = entryKey(layout.log(place.backup, place.workload), number, view.entryTag)
  const bytes = await view.read(key, options)
  try {
    if (bytes === undefined) throw new FormatError("Missing", `${view.name}: log entry ${key} is missing`)
    const digest = toHex(view.sha256(bytes))
    requireDigest(view, key, digest, named)
    // What a trusted entry names by its digest may be of any epoch.
    const entry = openEntry(view, place, number, bytes, suiteFor(view, options.strict && named === undefined))
    const since = entry.since?.number ?? 0
    const base = since === 0 ? undefined : await stateAt(view, place, since, options, broken, entry.since?.digest)
    return stateAfter(entry, digest, base)
  } catch (error) {
    if (view.isOutdated === true && isOfNewerKeys(error) && number > 1 && broken < MAX_BROKEN_HEADS)
      return stateAt(view, place, number - 1, options, broken + 1)
    if (broken >= MAX_BROKEN_HEADS || !(isDamage(error) || (await view.isForged?.(error, options)) === true))
      throw error
    const before = await stateAt(view, place, number - 1, options, broken + 1)
    // A broken catalogue keeps the digest it had, by which the entries behind it name it: they stay readable.
    const digest = named ?? (bytes === undefined ? "0".repeat(64) : toHex(view.sha256(bytes)))
    const session = before.since.at(-1)?.session ?? before.points.at(-1)?.session
    return foldEntry(before, { number, digest, session: session ?? ("0".repeat(32) as never), body: { kind: "lost" } })
  }
}
