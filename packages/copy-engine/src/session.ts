import {
  type Checkpoint,
  encodeSmallObject,
  layout,
  type LogPlace,
  type LogState,
  randomId,
  readLog,
  type SessionBeat,
  type SessionId,
  emptyLog,
} from "@bcopy/chain-format"
import { parseObjectKey } from "@bcopy/repo"
import { type Adoption, adoptDead } from "./adopt-dead.ts"
import { appendLogEntry, requireAppendable } from "./append-log-entry.ts"
import { awaitRivals } from "./await-rivals.ts"
import type { EngineClock } from "./clock.ts"
import { systemHost } from "./host.ts"
import { CondemnedPacks } from "./reclaim/condemned-packs.ts"
import { passEpoch } from "./reclaim/pass-epoch.ts"
import { readEpochs } from "./reclaim/read-epochs.ts"
import { type Repository, requireWritable } from "./repository.ts"
import { requireSameRoot } from "./settings-in-force.ts"
import { tellTruncated } from "./tell-truncated.ts"

/** docs/design.md, Sessions */
export const BEAT_EVERY_MS = 20_000

export interface OpenSessionOptions {
  readonly place: LogPlace
  /** The workload's name, for its log. */
  readonly workload: string
  /** Identity of the source point that is about to be brought, if it has one. */
  readonly identity: string | undefined
  readonly takeOver: boolean
  /** Whether nobody could go on with its own packs, should it die: they are of no backup. */
  readonly abandon?: boolean
  readonly signal?: AbortSignal
}

/** The one writer of a workload, from its first beat to its `ended` object. */
export interface Session {
  readonly id: SessionId
  readonly place: LogPlace
  readonly state: LogState
  /** The store's time when `state` was read. */
  readonly readAtMs: number
  /** What dead sessions left that this one goes on with. */
  readonly adoption: Adoption | undefined
  /** Packs that must not be named, but where a living point of this very log names them already. */
  readonly condemned: CondemnedPacks
  /** Makes progress adoptable: written with the next beat, at once. */
  checkpoint(checkpoint: Checkpoint): Promise<void>
  /**
   * The last beat. A committed session leaves nothing: its entry says it all; neither does one without work that another
   * could go on with.
   */
  end(how: NonNullable<SessionBeat["ended"]>, options: { readonly leavesWork: boolean }): Promise<void>
}

/**
 * Begins a session in the order that reclaim relies on (docs/design.md, Sessions): `opened`, own beat, the log's tail,
 * rivals and fences, open condemned lists; only then may maps be read.
 * @throws EngineError `Busy`, `NeedsNewer`, `NotWritable`, `Damaged`
 */
export async function openSession(repository: Repository, options: OpenSessionOptions): Promise<Session> {
  requireWritable(repository)
  const { view, store, storeTime, seams } = repository
  const { place, identity, takeOver, abandon = false, signal } = options
  const abortable = signal === undefined ? {} : { signal }
  const id = randomId<"session">(seams.random(16))
  const writer = await (seams.host ?? systemHost).thisWriter()
  const startedAtMs = seams.clock.now()

  let state = await readLog(view, place, abortable)
  let readAtMs = storeTime.now()
  if (state === undefined) {
    const opened = await appendLogEntry(repository, {
      place,
      state: emptyLog({ id: place.workload, name: options.workload }),
      readAtMs,
      session: id,
      // Somebody else may open the log in this very moment: then it is open.
      decide: (log) => (log.head.number === 0 ? { kind: "opened" } : undefined),
      ...abortable,
    })
    state = opened.state
    await requireSameRoot(repository, abortable)
    readAtMs = storeTime.now()
  }
  requireAppendable(repository, state, false)
  tellTruncated(repository, { job: "", place, state })
  const tail = state.head.number

  let number = 0
  let latest: Checkpoint | undefined
  /** Head of the log when the session began that made `latest`: an adopted one is not younger for being handed on. */
  let madeAt = tail
  /** Beats that may be there. */
  const standing = new Set<number>()
  const write = async (ended: SessionBeat["ended"]) => {
    number++
    const body: SessionBeat = {
      session: id,
      number,
      writer,
      startedAtMs,
      atMs: seams.clock.now(),
      tail: latest === undefined ? tail : madeAt,
      ...(latest !== undefined && { checkpoint: latest }),
      ...(abandon && { abandon }),
      ...(ended !== undefined && { ended }),
    }
    standing.add(number)
    const objectKey = layout.beat(place.backup, place.workload, id, number)
    await store.create(parseObjectKey(objectKey), encodeSmallObject("sessionBeat", body, { ...view, objectKey }))
    for (const older of standing) if (older !== number) await remove(older)
  }
  // A beat that cannot be deleted now, or by this credential at all, is in nobody's way: the newest one counts.
  const remove = async (which: number) => {
    try {
      await store.removeOwn(parseObjectKey(layout.beat(place.backup, place.workload, id, which)))
      standing.delete(which)
    } catch {
      // It is tried again after the next beat.
    }
  }
  const removeAll = async () => {
    for (const which of standing) await remove(which)
  }
  let turn: Promise<unknown> = Promise.resolve()
  const beat = (ended?: SessionBeat["ended"]) => {
    const mine = turn.then(() => write(ended))
    turn = mine.catch(() => undefined)
    return mine
  }
  await beat()
  const stop = new AbortController()
  const beating = keepBeating(seams.clock, stop.signal, () => beat())
  const stopBeating = async () => {
    stop.abort(new Error("the session has ended"))
    await beating
  }

  let fencing = false
  try {
    const self = { session: id, writer, startedAtMs }
    const dead = await awaitRivals(repository, place, state, self, { takeOver, ...abortable })
    fencing = true
    const adopted = await adoptDead(repository, { place, state, readAtMs, session: id, dead, identity, ...abortable })
    latest = adopted.adoption?.checkpoint
    if (latest !== undefined) madeAt = adopted.adoption?.tail ?? 0
    const { open, left } = await readEpochs(view, place.backup, abortable)
    // With its barrier in this log an epoch spares what lives in it: all that this session builds on.
    let passed = adopted.state
    for (const { epoch } of open)
      passed = await passEpoch(repository, { place, state: passed, readAtMs, epoch, session: id, ...abortable })
    return {
      id,
      place,
      state: passed,
      readAtMs,
      adoption: adopted.adoption,
      condemned: new CondemnedPacks([left, ...open.map(({ packs }) => packs)]),
      async checkpoint(checkpoint) {
        latest = checkpoint
        madeAt = tail
        await beat()
      },
      async end(how, { leavesWork }) {
        await stopBeating()
        const leavesNothing = how === "committed" || (!leavesWork && latest === undefined)
        // Where nothing is left there is nothing to say, but of beats that cannot be deleted.
        if (leavesNothing) await turn.then(removeAll)
        if (leavesNothing && standing.size === 0) return
        await beat(how)
        if (leavesNothing) await removeAll()
      },
    }
  } catch (error) {
    await stopBeating()
    // Once it may have adopted something, its beat is where the next session finds that.
    const gone = beat("failed").then(() => (fencing ? undefined : removeAll()))
    await gone.catch(() => undefined)
    throw error
  }
}

/** Beats until stopped. A beat that fails is courtesy lost, nothing else: the log does not rest on it. */
async function keepBeating(clock: EngineClock, stop: AbortSignal, beat: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      await clock.sleep(BEAT_EVERY_MS, stop)
    } catch {
      return
    }
    await beat().catch(() => undefined)
  }
}
