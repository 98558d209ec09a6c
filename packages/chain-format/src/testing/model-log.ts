import type { EntryBody, PointRef } from "../entry-body.ts"
import type { FeatureSets } from "../feature-sets.ts"
import { toHex } from "../hex.ts"
import type { BackupId, Id, SessionId, WorkloadId } from "../ids.ts"
import { entryKey, layout } from "../layout.ts"
import { nextEntry, stateAfter } from "../log-entry.ts"
import { emptyLog, type LogState } from "../log-state.ts"
import type { Manifest } from "../manifest.ts"
import { type LogPlace, openEntry } from "../read-log.ts"
import { encodeSmallObject } from "../small-object.ts"
import type { MemoryView } from "./memory-view.ts"

export const place: LogPlace = { backup: "b".repeat(32) as BackupId, workload: "c".repeat(32) as WorkloadId }

/** An id of which nothing matters but that it is this one. */
export function numberedId<Of extends string>(number: number): Id<Of> {
  return number.toString(16).padStart(32, "0") as Id<Of>
}

/** A manifest of a disk without data, fit for a log. */
export function emptyManifest(point: number, session: number, over: Partial<Manifest> = {}): Manifest {
  return {
    point: numberedId<"point">(point),
    session: numberedId<"session">(session),
    seq: point,
    platform: "generic",
    kind: "full",
    createdAtMs: 1_700_000_000_000 + point,
    committedAtMs: 1_700_000_001_000 + point,
    origin: { repository: numberedId<"repository">(1), point: numberedId<"point">(point) },
    hops: 0,
    consistency: "crash",
    gfs: [],
    disks: [{ name: "sda", sizeBytes: 1 << 20, contentRoot: "0".repeat(64) }],
    storedBytes: 0,
    blockBytes: 64 << 10,
    nextPack: 0,
    mapPacks: [],
    nextMapPack: 0,
    ...over,
  }
}

/** A point as the model knows it. */
interface ModelPoint {
  readonly ref: PointRef
  readonly seq: number
  readonly pin?: string
  readonly damaged: boolean
  readonly gfs: readonly string[]
}

/** What a log says, from all its entries and nothing else: the reference for catalogues and summaries. */
export interface ModelLog {
  readonly live: readonly ModelPoint[]
  readonly removed: readonly { readonly point: ModelPoint; readonly removal: number; readonly undoMs: number }[]
  readonly fenced: readonly string[]
  readonly adoption: number | undefined
  readonly broken: readonly number[]
}

/** Reads all entries one after the other, as a person would. A body is "lost" where the entry cannot be read. */
export function modelLog(bodies: readonly (EntryBody | "lost")[], sessions: readonly SessionId[]): ModelLog {
  const points = new Map<number, ModelPoint & { removal?: { removal: number; undoMs: number; at: number } }>()
  let fenced: { readonly session: string; readonly entry: number }[] = []
  let adoption: { entry: number; session: SessionId } | undefined
  const broken = new Set<number>()
  let removals = 0
  const each = (refs: readonly PointRef[], change: (entry: number) => void) => {
    for (const ref of refs) if (points.get(ref.entry)?.ref.point === ref.point) change(ref.entry)
  }
  const set = (entry: number, over: object) => points.set(entry, { ...(points.get(entry) as ModelPoint), ...over })
  for (const [index, body] of bodies.entries()) {
    const number = index + 1
    if (body === "lost") {
      broken.add(number)
      continue
    }
    if (body.kind === "point") {
      const { point, seq, gfs } = body.manifest
      points.set(number, { ref: { entry: number, point }, seq, damaged: false, gfs })
      adoption = undefined
    } else if (body.kind === "fence") {
      fenced.push({ session: body.fenced, entry: number })
      if (body.outcome === "adopted") adoption = { entry: number, session: sessions[index] as SessionId }
      else if (adoption?.session === body.fenced) adoption = undefined
    } else if (body.kind === "removal") {
      each(body.points, (entry) => {
        if (points.get(entry)?.removal === undefined)
          set(entry, { removal: { removal: number, undoMs: body.undoMs, at: removals++ } })
      })
    } else if (body.kind === "undo") each(body.points, (entry) => set(entry, { removal: undefined }))
    else if (body.kind === "pin") each(body.points, (entry) => set(entry, { pin: body.reason }))
    else if (body.kind === "unpin") each(body.points, (entry) => set(entry, { pin: undefined }))
    else if (body.kind === "flagged")
      each(body.points, (entry) => set(entry, { gfs: [...new Set([...(points.get(entry)?.gfs ?? []), ...body.gfs])] }))
    else if (body.kind === "barrier") {
      each(body.purged, (entry) => {
        if (points.get(entry)?.removal !== undefined) points.delete(entry)
      })
      fenced = fenced.filter(({ entry }) => entry >= body.floor)
    } else if (body.kind === "healed") each(body.points, (entry) => set(entry, { damaged: false }))
    else if (body.kind === "damaged") {
      if ("lost" in body) {
        broken.delete(body.lost.entry)
        points.delete(body.lost.entry)
      } else each(body.points, (entry) => set(entry, { damaged: true }))
    }
  }
  const all = [...points.values()].toSorted((a, b) => a.seq - b.seq || a.ref.entry - b.ref.entry)
  const plain = ({ ref, seq, pin, damaged, gfs }: ModelPoint): ModelPoint => ({
    ref,
    seq,
    ...(pin !== undefined && { pin }),
    damaged,
    gfs,
  })
  const gone = all.flatMap((point) => (point.removal === undefined ? [] : [{ point, ...point.removal }]))
  return {
    live: all.filter((point) => point.removal === undefined).map(plain),
    removed: gone
      .toSorted((a, b) => a.removal - b.removal || a.point.ref.entry - b.point.ref.entry)
      .map((one) => ({
        point: plain(one.point),
        removal: one.removal,
        undoMs: one.undoMs,
      })),
    fenced: fenced.map(({ session }) => session),
    adoption: adoption?.entry,
    broken: [...broken],
  }
}

/** A state in the model's words. */
export function asModel(state: LogState | undefined): ModelLog {
  if (state === undefined) throw new Error("there is no log")
  const pointOf = ({ entry, point, seq, pin, damaged, gfs }: LogState["points"][number]): ModelPoint => ({
    ref: { entry, point },
    seq,
    ...(pin !== undefined && { pin }),
    damaged: damaged === true,
    gfs,
  })
  return {
    live: state.points.map(pointOf),
    removed: state.removed
      .map(({ point, removal, undoMs }) => ({ point: pointOf(point), removal, undoMs }))
      .toSorted((a, b) => a.removal - b.removal || a.point.ref.entry - b.point.ref.entry),
    fenced: state.fenced.map(({ session }) => session),
    adoption: state.adoption?.entry,
    broken: state.broken,
  }
}

/** A log that is written entry by entry, each through its stored bytes. */
export function logWriter(view: MemoryView, start: LogState = emptyLog({ id: place.workload, name: "web01" })) {
  let state = start
  return {
    get state() {
      return state
    },
    /** Appends an entry; `stored` is the body that its bytes hold instead, as a newer version would write it. */
    append(session: SessionId, body: EntryBody, features?: FeatureSets, stored: unknown = body): void {
      const entry = nextEntry(state, { session, atMs: 5, body, ...(features && { features }) })
      const objectKey = entryKey(layout.log(place.backup, place.workload), entry.number)
      const bytes = encodeSmallObject(
        "logEntry",
        { ...entry, body: stored },
        { suite: view.suite, codec: view.codec, objectKey },
      )
      view.objects.set(objectKey, bytes)
      const digest = toHex(view.sha256(bytes))
      const base = entry.since !== undefined && entry.since.number > 0 ? state : undefined
      const read = openEntry(view, place, entry.number, bytes)
      // What the writer goes on with is what a reader would get; where there is no catalogue between, by folding.
      state = base === undefined ? stateAfter(read, digest) : foldOn(read, digest)
    },
  }

  function foldOn(read: ReturnType<typeof openEntry>, digest: string): LogState {
    const at = state.catalogue.number
    if (at === 0) return stateAfter(read, digest)
    const key = entryKey(layout.log(place.backup, place.workload), at)
    const bytes = view.objects.get(key) as Uint8Array
    const catalogue = openEntry(view, place, at, bytes)
    return stateAfter(read, digest, stateAfter(catalogue, toHex(view.sha256(bytes))))
  }
}
