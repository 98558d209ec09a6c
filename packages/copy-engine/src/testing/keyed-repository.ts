import { firstGeneration, type KeyRing, makeSlot, newX25519Pair, type Secret, type SlotHolder } from "@bcopy/crypto"
import { type MemorySnapshot, type MemoryStore, type ObjectKey, writeOnce } from "@bcopy/repo"
import { beforeEach } from "vitest"
import { backUp } from "../back-up.ts"
import { createRepository } from "../create-repository.ts"
import { storeSlot } from "../key-objects.ts"
import { randomBytes } from "../node-primitives.ts"
import { openRepository, rememberRepository, type Repository } from "../repository.ts"
import type { RememberedRepository, RepositoryMemory } from "../repository-memory.ts"
import { keptMemory } from "./kept-memory.ts"
import { disksNow } from "./memory-source.ts"
import { noise } from "./noise.ts"
import { accessWith, testKey } from "./test-keys.ts"
import { makeWorld, type World } from "./world.ts"

/** What the least costly password slot costs. */
export const leastParameters = { memoryKiB: 47 << 10, passes: 1, lanes: 1 }

const recovery = newX25519Pair()
export const secrets = {
  external: { type: "external", key: testKey },
  password: { type: "password", password: "correct horse" },
  recovery: { type: "recovery", privateKey: recovery.privateKey },
} satisfies Readonly<Record<string, Secret>>
export const holders = {
  external: { type: "external", key: testKey },
  password: { type: "password", password: "correct horse", parameters: leastParameters },
  recovery: { type: "recovery", publicKey: recovery.publicKey },
} satisfies Readonly<Record<string, SlotHolder>>
export const PASSWORD_HINT = "a horse, and how it is"

/** What a client knows of a repository beside a key. */
export interface Known {
  readonly root?: { readonly fingerprint: string }
  readonly memory?: RepositoryMemory
}

/** An encrypted repository with a point of web01, that a service's key, a password and a recovery kit open. */
export interface KeyedRepository {
  readonly world: World
  readonly repository: Repository
  /** As it was made. */
  readonly whole: MemorySnapshot
  /** What a kit says of it. */
  readonly root: { readonly fingerprint: string }
  /** What somebody keeps in mind who has seen it. */
  readonly remembered: RememberedRepository
  /** Opens it with these secrets, one after the other. */
  open(given: readonly Secret[], known?: Known): Promise<Repository>
  slotKeys(type?: string): readonly ObjectKey[]
  /** Lays a slot of a ring there that is nobody's, or of the one that is given. */
  plant(holder: SlotHolder, ring?: KeyRing): Promise<void>
}

/** The disk of the point that is there. */
export const bytes = noise(200_000, 1)

export async function keyedRepository(): Promise<KeyedRepository> {
  // Whoever may write knows what a place is called.
  const world = makeWorld({ encrypted: false, id: "place" })
  const { store } = world
  let root: { readonly fingerprint: string } = { fingerprint: "" }
  const slots = [
    { holder: holders.external },
    { holder: holders.password, hint: PASSWORD_HINT },
    { holder: holders.recovery },
  ]
  const open = (given: readonly Secret[], known: Known = { root }) => {
    const seams = { ...world.seams(), ...(known.memory && { memory: known.memory }) }
    const keys = { ...accessWith(given), ...(known.root && { root: known.root }) }
    return openRepository(store, seams, given.length === 0 ? {} : { keys })
  }
  await createRepository(store, world.seams(), {
    encryption: {
      slots,
      keys: accessWith([secrets.external]),
      onKeys: async (made) => {
        ;({ root } = made)
      },
    },
  })
  const repository = await open([secrets.external])
  await bringPoint(repository, bytes)
  const memory = keptMemory()
  await rememberRepository({ ...repository, seams: { ...repository.seams, memory } })
  let planted = 0
  return {
    world,
    repository,
    root,
    open,
    whole: store.snapshot(),
    remembered: memory.known() as RememberedRepository,
    slotKeys: (type = "") => store.keys().filter((key) => key.startsWith(`keys/${type}`)),
    async plant(holder, ring = firstGeneration(repository.birth.repository, randomBytes)) {
      const id = (++planted).toString(16).padStart(32, "0")
      await putSlot(store, await makeSlot({ ring, facts: { id, createdAtMs: 0 }, holder, random: randomBytes }))
    },
  }
}

/** The same for the tests of a file: each finds it as it was made. */
export async function keyedInTests(): Promise<KeyedRepository> {
  const keyed = await keyedRepository()
  beforeEach(() => keyed.world.store.restore(keyed.whole))
  return keyed
}

/** Stores a slot as anybody can who may write. */
export function putSlot(store: MemoryStore, slot: Awaited<ReturnType<typeof makeSlot>>): Promise<void> {
  return storeSlot(writeOnce(store, { onTampering: () => undefined }), slot)
}

/** A point of one disk. */
export function bringPoint(repository: Repository, sda: Uint8Array, workload = "web01") {
  return backUp(repository, { source: disksNow({ sda }), job: "nightly", workload, level: 0, movers: 0 })
}
