import {
  BIRTH_KEY,
  type BirthCertificate,
  DEFAULT_BLOCK_BYTES,
  DEFAULT_PACK_BYTES,
  type EncryptedBirth,
  entryNumber,
  findSetting,
  layout,
  type RepositoryView,
  type RootMark,
  settingsAgainstWriting,
  type SettingsEntry,
} from "@bcopy/chain-format"
import { fingerprintOf } from "@bcopy/crypto"
import { parseObjectKey, type RepoStore, writeOnce, type WriteOnceStore } from "@bcopy/repo"
import type { EngineClock } from "./clock.ts"
import { EngineError } from "./engine-error.ts"
import type { OnEvent } from "./engine-event.ts"
import type { EngineHost } from "./host.ts"
import { LogHeads } from "./log-heads.ts"
import { findBorn, isNotOurs, lacksBirth, PUT_BIRTH_BACK, readBirth } from "./read-birth.ts"
import {
  type RememberedRepository,
  type RepositoryMemory,
  requireRemembered,
  requireSuccessor,
} from "./repository-memory.ts"
import { clearMeans, sealedMeans, strictSuites, viewOf } from "./repository-view.ts"
import { forgeryCheck, readSettingsInForce } from "./settings-in-force.ts"
import { StoreTime } from "./store-time.ts"
import {
  type KeyAccess,
  keysInForce,
  type RepositoryKeys,
  type UnlockedRepository,
  unlockRepository,
} from "./unlock-repository.ts"

/** What the engine takes from its surroundings. */
export interface EngineSeams {
  readonly clock: EngineClock
  /** So many random bytes, fit for ids and keys. */
  readonly random: (count: number) => Uint8Array
  readonly onEvent?: OnEvent
  /** Who writes; this process, if absent. */
  readonly host?: EngineHost
  /** What is remembered of repositories between runs; nothing, if absent. */
  readonly memory?: RepositoryMemory
}

/** A repository, opened. */
export interface Repository {
  readonly name: string
  readonly birth: BirthCertificate
  /** Of an encrypted repository. They are secret: nothing prints or stores them. */
  readonly keys: RepositoryKeys | undefined
  readonly store: WriteOnceStore
  readonly view: RepositoryView
  readonly storeTime: StoreTime
  readonly seams: EngineSeams
  readonly settings: { readonly entry: SettingsEntry; readonly digest: string }
  /** The newest entries of its logs, as they were read or written. */
  readonly heads: LogHeads
  /** Block size of new backups. */
  readonly blockBytes: number
  readonly packBytes: number
  /** Why nothing may be written; `undefined` if it may. */
  readonly notWritable: EngineError | undefined
}

export interface OpenRepositoryOptions {
  /** How to come by the key, should it be encrypted. */
  readonly keys?: KeyAccess
  readonly signal?: AbortSignal
}

/**
 * Opens a repository: its birth certificate, its keys, its newest settings, and whether this is the place it was made at.
 * @throws EngineError `NoRepository`, `NeedsNewer`, `WrongKey`, `Refused`, `Damaged`; StoreError
 */
export async function openRepository(
  store: RepoStore,
  seams: EngineSeams,
  options: OpenRepositoryOptions = {},
): Promise<Repository> {
  const { keys: access, ...abortable } = options
  const laws = writeOnce(store, { onTampering: (tampering) => seams.onEvent?.({ type: "tampering", tampering }) })
  const storeTime = new StoreTime(seams.clock)
  const { name } = store
  const stored = await readBirth(laws, storeTime, abortable)
  if (
    stored === undefined &&
    (await laws.list(layout.repositorySettings, { limit: 1, ...abortable })).objects.length > 0
  )
    throw new EngineError("Damaged", lacksBirth(name), { hint: PUT_BIRTH_BACK })
  if (stored === undefined)
    throw new EngineError("NoRepository", `${name} holds no bcopy repository`, {
      hint: "Check the path, or make one with `bcopy init`.",
    })
  const { birth, digest } = stored
  const remembered = await seams.memory?.recall(laws.place)
  requireRemembered(name, birth, remembered)
  const unlocked = birth.encrypted ? await unlockOrExplain(birth) : undefined
  let keys = unlocked?.keys
  const rolledBack = keys && requireSuccessor(name, keys.ring, remembered)
  let view = viewOf(laws, keys ? sealedMeans(birth, keys.ring) : clearMeansOf(birth), storeTime)
  const shown = unlocked?.settings.map((key) => entryNumber(layout.repositorySettings, key, view.entryTag))
  const head = shown?.find((number) => number !== undefined)
  const generation = keys?.ring.generation ?? 0
  const stricts = keys && strictSuites(keys.ring)
  const reading = { ...abortable, generation, ...(stricts && { stricts }), ...(head !== undefined && { head }) }
  const settings = await readSettingsInForce(view, reading)
  if (settings === undefined) throw await whyNoSettings()
  const born = findSetting(settings.entry, "birth")?.digest
  if (born !== undefined && born !== digest) throw isNotOurs(name)
  const inForce = findSetting(settings.entry, "root")
  if (keys) {
    // A rotation that was not carried through has made keys that nobody seals under yet.
    if (inForce && inForce.generation <= keys.ring.generation) keys = keysInForce(keys, inForce)
    const ended = findSetting(settings.entry, "ended")?.below
    view = viewOf(laws, sealedMeans(birth, keys.ring, inForce, ended), storeTime)
    if (inForce) view = { ...view, isForged: forgeryCheck(view, inForce) }
    if (inForce && inForce.generation > generation) view = { ...view, isOutdated: true }
  }
  const instance = await laws.instance(parseObjectKey(BIRTH_KEY), abortable)
  const heads = new LogHeads(remembered?.heads)
  const { number } = settings.entry
  const before = heads.note(layout.repositorySettings, number, settings.digest)
  return {
    name,
    birth,
    keys,
    store: laws,
    view,
    storeTime,
    seams,
    settings,
    heads,
    blockBytes: findSetting(settings.entry, "blockSize")?.bytes ?? DEFAULT_BLOCK_BYTES,
    packBytes: findSetting(settings.entry, "packSize")?.bytes ?? DEFAULT_PACK_BYTES,
    notWritable:
      whyNotSealed(name, birth, access) ??
      rolledBack ??
      whyOutdated(name, keys, inForce) ??
      whyTurnedBack(name, inForce?.generation, remembered) ??
      whyCutOff(name, number, before) ??
      whyNotProven(name, keys, access, remembered) ??
      whyNotWritable(name, settings.entry, instance),
  }

  async function unlockOrExplain(encrypted: EncryptedBirth): Promise<UnlockedRepository> {
    try {
      return await unlockRepository(laws, encrypted, access, abortable)
    } catch (error) {
      // What calls settings encrypted that open in the clear is not their birth certificate.
      if ((error as EngineError).code === "Damaged" && (await findBorn(laws, storeTime, abortable)) !== undefined)
        throw isNotOurs(name)
      throw error
    }
  }

  async function whyNoSettings(): Promise<EngineError> {
    const hasAny = async (prefix: string) => (await laws.list(prefix, { limit: 1, ...abortable })).objects.length > 0
    if (!birth.encrypted && (await hasAny(layout.keys)))
      return new EngineError("Damaged", `${name}: ${BIRTH_KEY} says that it is in the clear, and there are key slots`, {
        hint: PUT_BIRTH_BACK,
      })
    if (await hasAny(layout.backups))
      return new EngineError("Damaged", `${name} holds a repository without its settings`, {
        hint: "Run `bcopy init` for it again: it writes them anew, and changes nothing else.",
      })
    return new EngineError("NoRepository", `${name} holds a repository that was not made to the end`, {
      hint: "Run `bcopy init` for it again: it finishes what is there.",
    })
  }
}

/** Keeps in mind what was seen of a repository, where there is a memory. */
export async function rememberRepository(repository: Repository): Promise<void> {
  const { birth, keys, seams, heads, store } = repository
  const known = await seams.memory?.recall(store.place)
  const same = known?.repository === birth.repository ? known : undefined
  const generation = findSetting(repository.settings.entry, "root")?.generation
  const fingerprint = keys && generation !== undefined ? fingerprintOf(keys.ring, generation) : undefined
  const newer = (same?.roots.at(-1)?.generation ?? 0) < (generation ?? 0)
  const roots = [
    ...(same?.roots ?? []),
    ...(fingerprint !== undefined && generation !== undefined && newer ? [{ generation, fingerprint }] : []),
  ]
  const facts: RememberedRepository = {
    repository: birth.repository,
    encrypted: birth.encrypted,
    roots,
    heads: heads.highest(same?.heads),
  }
  await seams.memory?.remember(store.place, facts)
}

/** @throws EngineError why the repository takes no writes from here */
export function requireWritable(repository: Repository): void {
  if (repository.notWritable !== undefined) throw repository.notWritable
}

function clearMeansOf(birth: BirthCertificate) {
  if (birth.encrypted) throw new Error("an encrypted repository has keys")
  return clearMeans(birth)
}

/** Who holds a key never writes in the clear: somebody may have put a clear repository in the place of the encrypted one. */
function whyNotSealed(name: string, birth: BirthCertificate, access: KeyAccess | undefined): EngineError | undefined {
  if (birth.encrypted || access?.given !== true) return undefined
  return new EngineError("Refused", `a key was given for ${name}, and it is in the clear: nothing is written to it`, {
    hint: "Leave the key away if that is right. To encrypt, make a new repository beside it with `bcopy init`, and copy into that.",
  })
}

function whyOutdated(
  name: string,
  keys: RepositoryKeys | undefined,
  inForce: RootMark | undefined,
): EngineError | undefined {
  if (keys === undefined || inForce === undefined) return undefined
  const { ring } = keys
  if (fingerprintOf(ring, inForce.generation) === inForce.fingerprint) return undefined
  if (inForce.generation <= ring.generation)
    return new EngineError(
      "NotWritable",
      `${name}: this key is of a rotation that another one has overtaken, and opens only what was written before`,
      { hint: "Use a key that the rotation in force kept: `bcopy keys list` shows them." },
    )
  return new EngineError(
    "NotWritable",
    `${name}: the keys were rotated, and this one opens only what was written before (generation ${ring.generation} of ${inForce.generation})`,
    { hint: "Use a key that the rotation kept." },
  )
}

/** Settings that were cut off behind an earlier root would have what is new sealed under a key that was revoked. */
function whyTurnedBack(
  name: string,
  inForce = 0,
  remembered: RememberedRepository | undefined,
): EngineError | undefined {
  const known = remembered?.roots.at(-1)?.generation ?? 0
  if (known <= inForce) return undefined
  return new EngineError(
    "NotWritable",
    `${name}: root generation ${inForce} is in force, and ${known} was when it was last seen: its newest settings are gone`,
    { hint: "Somebody may have turned a rotation of the keys back. What is there can be read." },
  )
}

/** Nothing ever takes a settings entry away. */
function whyCutOff(name: string, number: number, before: number | undefined): EngineError | undefined {
  if (before === undefined) return undefined
  return new EngineError(
    "NotWritable",
    `${name}: its settings end with entry ${number}, and there were ${before} when it was last seen`,
    { hint: "Somebody has deleted the newest, or a copy from before is in its place. What is there can be read." },
  )
}

/** A password proves the root that it opens; a public key does not, since everybody can wrap something for it. */
function whyNotProven(
  name: string,
  keys: RepositoryKeys | undefined,
  access: KeyAccess | undefined,
  remembered: RememberedRepository | undefined,
): EngineError | undefined {
  if (keys === undefined || keys.slot.means.type === "password" || (remembered?.roots.length ?? 0) > 0) return undefined
  const { root } = access ?? {}
  const { ring } = keys
  const isProven = ring.epochs.some(({ epoch }) => fingerprintOf(ring, epoch) === root?.fingerprint)
  if (root !== undefined && isProven) return undefined
  return new EngineError(
    "NotWritable",
    `${name} was never seen here before, and this key alone does not prove that it is the same repository as ever`,
    {
      hint: `If its fingerprint ${fingerprintOf(ring, ring.generation)} is right, give it once with --fingerprint.`,
    },
  )
}

function whyNotWritable(name: string, settings: SettingsEntry, instance: string | undefined): EngineError | undefined {
  const unknown = settingsAgainstWriting(settings)
  if (unknown.length > 0)
    return new EngineError(
      "NeedsNewer",
      `${name}: this repository needs a newer bcopy: it uses ${unknown.join(", ")}`,
      {
        hint: "It can still be read; update bcopy to write to it.",
      },
    )
  const known = findSetting(settings, "instance")?.instance
  if (known === instance) return undefined
  return new EngineError(
    "NotWritable",
    `${name} is a copy of a repository made by other means, and is read-only here`,
    {
      hint: "If the other one is gone or no longer written to, run `bcopy adopt` once.",
    },
  )
}
