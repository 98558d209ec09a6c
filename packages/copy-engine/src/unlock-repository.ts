import type { EncryptedBirth, RootMark } from "@bcopy/chain-format"
import {
  descendsFrom,
  fingerprintOf,
  type KeyRing,
  type KeySlot,
  type Secret,
  unlock,
  type Unlocked,
} from "@bcopy/crypto"
import type { WriteOnceStore } from "@bcopy/repo"
import { EngineError } from "./engine-error.ts"
import { listSlots, readSlots, type SlotType } from "./key-objects.ts"

/** What is asked of whoever has the keys. */
export interface KeyRequest {
  readonly name: string
  /** What slots there are. */
  readonly types: ReadonlySet<SlotType>
  /** Reads the slots of a type. */
  slotsOf(type: SlotType): Promise<readonly KeySlot[]>
}

/** How the engine comes by the key of a repository. */
export interface KeyAccess {
  /** Whether a key was given for this very repository: it is then never written in the clear. */
  readonly given: boolean
  /**
   * The fingerprint of a root generation that is known to be the repository's, as a recovery kit says it. Needed to write
   * where the secret alone does not prove that: everybody can wrap a root for a public key.
   */
  readonly root?: Pick<RootMark, "fingerprint">
  /** Secrets to try, one after the other, until one opens. What is asked of a person is asked when its turn comes. */
  secrets(asked: KeyRequest): AsyncIterable<Secret>
}

/** The keys of an opened repository. */
export interface RepositoryKeys {
  readonly ring: KeyRing
  /** The slot that it was found in. */
  readonly slot: KeySlot
  /** What else the secret opened: a rotation was not carried through, or not tidied up. */
  readonly others: readonly Unlocked[]
}

/** Keys, and the newest entries of the settings log, which were seen on the way. */
export interface UnlockedRepository {
  readonly keys: RepositoryKeys
  readonly settings: readonly string[]
}

/** The keys of the generation in force, where the secret opens that too. */
export function keysInForce(keys: RepositoryKeys, { generation, fingerprint }: RootMark): RepositoryKeys {
  const { ring, slot, others } = keys
  const all = [{ ring, slot }, ...others]
  const found = all.find(
    (one) => one.ring.generation === generation && fingerprintOf(one.ring, generation) === fingerprint,
  )
  return found === undefined ? keys : { ...found, others: all.filter((one) => one !== found) }
}

/** Finds the keys of an encrypted repository. @throws EngineError `WrongKey`, `Damaged` */
export async function unlockRepository(
  store: WriteOnceStore,
  birth: EncryptedBirth,
  access: KeyAccess | undefined,
  options: { readonly signal?: AbortSignal } = {},
): Promise<UnlockedRepository> {
  const { name } = store
  const { names, settings } = await listSlots(store, options)
  if (names.length === 0)
    throw new EngineError("Damaged", `${name} is encrypted, and all its key slots are gone`, {
      hint: "Put the objects under keys/ back from another copy of the repository: without one of them nothing can be opened.",
    })
  const why = new Set<string>()
  const read = new Map<SlotType, Promise<readonly KeySlot[]>>()
  const slotsOf = async (type: SlotType) => {
    const known = read.get(type)
    if (known !== undefined) return known
    const reading = readSlots(
      store,
      birth.repository,
      names.filter((one) => one.type === type),
      options,
    ).then((found) => {
      for (const { message } of found.broken) why.add(message)
      return found.slots
    })
    read.set(type, reading)
    return reading
  }
  let tried = 0
  let refusal: Error | undefined
  for await (const secret of access?.secrets({ name, types: new Set(names.map(({ type }) => type)), slotsOf }) ?? []) {
    tried++
    const slots = await slotsOf(secret.type)
    const { opened, failures } = await unlock(slots, secret).catch((error: unknown) => {
      // What a service refuses, another secret may still open.
      if (secret.type !== "external" || options.signal?.aborted === true) throw error
      refusal ??= error as Error
      return { opened: [], failures: [] }
    })
    for (const { message } of failures) why.add(message)
    const own = opened.filter(({ ring }) => descendsFrom(ring, birth.root))
    if (own.length < opened.length) why.add("a key slot holds keys that are not this repository's")
    const [newest, ...others] = own
    if (newest !== undefined) return { keys: { ...newest, others }, settings }
  }
  if (refusal !== undefined) throw refusal
  const slots = (await Promise.all([...new Set(names.map(({ type }) => type))].map(slotsOf))).flat()
  const because = why.size === 0 ? "" : ` (${[...why].join("; ")})`
  if (tried === 0)
    throw new EngineError("WrongKey", `${name} is encrypted, and no key was given${because}`, { hint: hintOf(slots) })
  throw new EngineError("WrongKey", `${name}: the given key opens none of its ${names.length} key slots${because}`, {
    hint: hintOf(slots),
  })
}

/** What reminds of the passwords that open the slots. */
function hintOf(slots: readonly KeySlot[]): string {
  const reminders = slots.flatMap(({ hint }) => (hint === undefined ? [] : [`"${hint}"`]))
  const kinds = [...new Set(slots.map(({ means }) => (means.type === "external" ? means.provider : means.type)))]
  const reminder = reminders.length === 0 ? "" : `; password hint: ${reminders.join(", ")}`
  return `It opens with: ${kinds.join(", ")}${reminder}.`
}
