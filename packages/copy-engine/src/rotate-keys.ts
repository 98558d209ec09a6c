import { findSetting, layout, randomId, type RootMark } from "@bcopy/chain-format"
import {
  type ExternalKey,
  isProven,
  type KeySlot,
  makeSlot,
  nextGeneration,
  type KeyRing,
  markOf,
  type SlotHolder,
  unlock,
} from "@bcopy/crypto"
import { appendSettings } from "./append-settings.ts"
import { type EndedEpochs, endEarlierEpochs, unbelievedLogs } from "./end-epochs.ts"
import { EngineError } from "./engine-error.ts"
import { lockRotation } from "./locks/lock-rotation.ts"
import { storeSlot } from "./key-objects.ts"
import { requireKeys, removeSlot, type RemovedSlot, rootInForce, storedSlots } from "./key-slots.ts"
import { type Repository, rememberRepository, requireWritable } from "./repository.ts"
import { sealedMeans } from "./repository-view.ts"

export interface RotateKeysOptions {
  /** The password that opened the repository, and the one it is replaced by, which may be the same. */
  readonly password?: { readonly old: string; readonly new: string; readonly hint?: string }
  /** Other passwords that are kept. */
  readonly otherPasswords?: readonly string[]
  /** Services whose keys are at hand. */
  readonly externalKeys?: readonly ExternalKey[]
  /** Whether slots whose secret is not at hand may go. */
  readonly dropOthers?: boolean
  /** Whether logs may be given up that do not open since an earlier rotation: nothing of them is believed after another one. */
  readonly giveUpLogs?: boolean
  readonly dryRun?: boolean
  readonly signal?: AbortSignal
}

/** What a rotation did, or would do. */
export interface RotateReport {
  readonly before: RootMark
  readonly after: RootMark | undefined
  /** Slots of the old generation that have a successor. */
  readonly kept: readonly KeySlot[]
  /** Slots of the old generation that have none. */
  readonly dropped: readonly KeySlot[]
  /** Old slots that the store does not give up yet. */
  readonly locked: readonly RemovedSlot[]
  /** Logs that took no entry under the new epoch: until they do, who knows the old root may write what is believed. */
  readonly open: EndedEpochs["open"]
}

/**
 * Makes a new root generation with an epoch of its own: who knows only the old root opens nothing that is sealed from now
 * on, and nothing that he seals is believed. What was sealed before he can still open. In this order: slots, then the
 * settings entry, which puts them in force; then every log is given an entry under the new epoch; then the old slots go.
 * A run that died on the way is superseded by the next.
 * @throws EngineError `Refused` naming the slots that would be dropped; `Damaged` for logs that would be given up; `Busy` if
 * somebody else rotates
 */
export async function rotateKeys(repository: Repository, options: RotateKeysOptions): Promise<RotateReport> {
  const { dryRun = false, dropOthers = false, signal } = options
  const { store, storeTime, seams } = repository
  const abortable = signal === undefined ? {} : { signal }
  requireWritable(repository)
  const { ring } = requireKeys(repository)
  const before = rootInForce(repository)
  const { slots: stored } = await storedSlots(repository, abortable)
  // Whoever may write can lay a slot for a key of his own there: only slots that are proven by the ring get a successor.
  const current = stored.filter((slot) => slot.root.fingerprint === before.fingerprint && isProven(slot, ring))
  const holders = new Map<KeySlot, SlotHolder>()
  for (const slot of current) {
    const holder = await holderOf(slot, options)
    if (holder !== undefined) holders.set(slot, holder)
  }
  const kept = [...holders.keys()]
  const dropped = current.filter((slot) => !holders.has(slot))
  if (kept.length === 0)
    throw new EngineError("Refused", `${repository.name}: no key is at hand that a new root could be wrapped for`)
  if (dropped.length > 0 && !dropOthers && !dryRun)
    throw new EngineError("Refused", `rotating would drop ${dropped.map(nameOf).join(", ")}`, {
      hint: "Give their passwords too, or confirm with --yes: they can be added again.",
    })
  const [unbelieved] = options.giveUpLogs === true ? [] : await unbelievedLogs(repository, abortable)
  if (unbelieved !== undefined)
    throw new EngineError("Damaged", `${repository.name}: ${unbelieved.log}: ${unbelieved.reason}`, {
      hint: "Put back what is missing there first: after another rotation nothing of it is believed. Or give it up with --yes.",
    })
  if (dryRun) return { before, after: undefined, kept, dropped, locked: [], open: [] }

  // Of a rotation that was not carried through nothing is taken over: nothing is sealed under its epoch.
  const epochs = ring.epochs.filter(({ epoch }) => epoch <= before.generation)
  // The least number that no slot names: whoever may write could plant one with the highest there is.
  const taken = new Set(stored.map(({ root }) => root.generation))
  let generation = before.generation + 1
  while (taken.has(generation)) generation++
  const next = nextGeneration({ ...ring, generation: before.generation, epochs }, generation, seams.random)
  const after = markOf(next)
  const fresh: KeySlot[] = []
  for (const [slot, holder] of holders) fresh.push(await succeed(slot, holder, next, fresh))
  for (const slot of fresh) await storeSlot(store, slot, abortable)
  const session = randomId<"session">(seams.random(16))
  // Sealed under the epoch that was in force: whoever remembers that root is told by it of the new one.
  const { entry, digest } = await appendSettings(repository, layout.repositorySettings, repository.settings, {
    session,
    records: [{ type: "root", ...after }],
    unless: (known) => (findSetting(known, "root")?.generation ?? 0) > before.generation,
    ...abortable,
  })
  if (entry.session !== session) {
    for (const slot of fresh) await removeSlot(repository, slot, abortable)
    throw new EngineError("Busy", `${repository.name}: the keys are being rotated by somebody else`, {
      hint: "Look with `bcopy keys list` what is in force now.",
    })
  }
  const rotated: Repository = {
    ...repository,
    view: { ...repository.view, ...sealedMeans(repository.birth, next, after, findSetting(entry, "ended")?.below) },
    keys: { ...requireKeys(repository), ring: next },
    settings: { entry, digest },
  }
  const { open } = await endEarlierEpochs(rotated, abortable)
  await lockRotation(rotated, abortable)
  const locked: RemovedSlot[] = []
  for (const slot of stored) {
    const removed = await removeSlot(repository, slot, abortable)
    if (removed.lockedUntilMs !== undefined) locked.push(removed)
  }
  await rememberRepository(rotated)
  return { before, after, kept, dropped, locked, open }

  async function succeed(
    slot: KeySlot,
    holder: SlotHolder,
    made: KeyRing,
    siblings: readonly KeySlot[],
  ): Promise<KeySlot> {
    const { label } = slot
    const isNew = holder.type === "password" && options.password?.new === holder.password
    const hint = isNew && options.password.new !== options.password.old ? options.password.hint : slot.hint
    const facts = {
      id: randomId(seams.random(16)) as string,
      createdAtMs: storeTime.now(),
      ...(label !== undefined && { label }),
      ...(hint !== undefined && { hint }),
    }
    return makeSlot({ ring: made, facts, holder, siblings, random: seams.random })
  }
}

/** Whom a slot's successor is for; `undefined` if its secret is not at hand. */
async function holderOf(slot: KeySlot, options: RotateKeysOptions): Promise<SlotHolder | undefined> {
  const { means } = slot
  if (means.type === "recovery") return { type: "recovery", publicKey: means.publicKey }
  if (means.type === "external") {
    const key = options.externalKeys?.find(
      ({ provider, keyId }) => provider === means.provider && keyId === means.keyId,
    )
    return key && { type: "external", key }
  }
  const { password, otherPasswords = [] } = options
  for (const known of [...(password === undefined ? [] : [password.old]), ...otherPasswords]) {
    const { opened } = await unlock([slot], { type: "password", password: known })
    if (opened.length > 0) return { type: "password", password: known === password?.old ? password.new : known }
  }
  return undefined
}

function nameOf({ id, means, label }: KeySlot): string {
  return `${means.type} slot ${id.slice(0, 8)}${label === undefined ? "" : ` (${label})`}`
}
