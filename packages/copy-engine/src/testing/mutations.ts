import { decodePackHeader, type SealSuite } from "@bcopy/chain-format"
import type { MemoryStore, ObjectKey } from "@bcopy/repo"
import { forgePack } from "./forge-pack.ts"
import type { MutableObject, ObjectName } from "./mutated-repository.ts"

/** What a mutation is made of, beside the object. */
export interface MutationMeans {
  /** The same object of another repository. */
  readonly foreign: Uint8Array
  /** What seals the repository. */
  readonly suite: SealSuite
}

/** What may happen to an object. */
export interface Mutation {
  readonly name: string
  /** Objects that it cannot happen to. */
  readonly except?: (name: ObjectName) => boolean
  readonly apply: (store: MemoryStore, object: MutableObject, others: MutationMeans) => Promise<void> | void
}

const isBirth = (name: ObjectName) => name === "the birth certificate"
const isPack = (name: ObjectName) => name.endsWith("pack")
const hasNoTwin = (name: ObjectName) => isBirth(name) || name === "the repository's settings"

/** The bytes with one bit of one byte flipped. */
export function flip(bytes: Uint8Array, at: number, bit = 0): Uint8Array {
  return bytes.with(at, (bytes[at] as number) ^ (1 << bit))
}

async function bytesAt(store: MemoryStore, key: ObjectKey | undefined): Promise<Uint8Array> {
  const found = key && (await store.read(key))
  if (found === undefined) throw new Error(`nothing at ${key}`)
  return found.bytes
}

const changed = (
  name: string,
  change: (bytes: Uint8Array) => Uint8Array,
  except?: (name: ObjectName) => boolean,
): Mutation => ({ name, ...(except && { except }), apply: (store, { key }) => store.tamper(key, change) })

// Every byte is flipped where it costs little: mutations.test.ts.
const flips = [
  changed("flip: version", (bytes) => flip(bytes, 4, 1), isBirth),
  changed(
    "flip: version",
    (bytes) => flip(bytes, Buffer.from(bytes).indexOf("1"), 1),
    (name) => !isBirth(name),
  ),
  changed("flip: codec", (bytes) => flip(bytes, decodePackHeader(bytes).bytes + 2, 2), isBirth),
  changed("flip: middle", (bytes) => flip(bytes, bytes.length >> 1, 3)),
]

const cuts = [
  changed("truncate: to nothing", () => new Uint8Array()),
  changed("truncate: to one byte", (bytes) => bytes.slice(0, 1)),
  changed("truncate: to a half", (bytes) => bytes.slice(0, bytes.length >> 1)),
  changed("truncate: by one byte", (bytes) => bytes.slice(0, -1)),
  changed("truncate: garbage behind its end", (bytes) => Buffer.concat([bytes, Buffer.alloc(7, 7)])),
]

const swaps: readonly Mutation[] = [
  {
    name: "swap: another of its kind",
    except: hasNoTwin,
    async apply(store, { key, twin }) {
      const bytes = await bytesAt(store, twin)
      store.tamper(key, () => bytes)
    },
  },
  { name: "swap: another repository's", apply: (store, { key }, { foreign }) => store.tamper(key, () => foreign) },
  {
    name: "replay: under the next number",
    except: isBirth,
    async apply(store, { key, next }) {
      store.overlay(next as ObjectKey, await bytesAt(store, key))
    },
  },
]

/** What may happen where a key has one object. */
export const mutations: readonly Mutation[] = [
  ...flips,
  ...cuts,
  ...swaps,
  { name: "delete", apply: (store, { key }) => store.hide(key) },
]

/** What may happen where keys have versions: the oldest one stays. */
export const newerVersions: readonly Mutation[] = [
  { name: "overlay: garbage", apply: (store, { key }) => store.overlay(key, Buffer.alloc(100, 7)) },
  {
    name: "overlay: another of its kind",
    async apply(store, { key, twin }, { foreign }) {
      store.overlay(key, twin === undefined ? foreign : await bytesAt(store, twin))
    },
  },
  {
    name: "overlay: a forgery",
    except: (name) => !isPack(name),
    async apply(store, { key, kind }, { suite }) {
      store.overlay(key, forgePack(await bytesAt(store, key), kind as "dataPack" | "mapPack", key, suite))
    },
  },
  {
    name: "overlay: the same bytes",
    async apply(store, { key }) {
      store.overlay(key, await bytesAt(store, key))
    },
  },
  { name: "hide", apply: (store, { key }) => store.hide(key) },
]
