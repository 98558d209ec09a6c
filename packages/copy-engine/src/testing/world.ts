import { hash } from "node:crypto"
import type { RootMark } from "@bcopy/chain-format"
import { memoryStore, type MemoryStore, type MemoryStoreOptions, type RepoStore } from "@bcopy/repo"
import { fakeClock, type FakeClock } from "@bcopy/repo/testing"
import { createRepository } from "../create-repository.ts"
import type { EngineEvent } from "../engine-event.ts"
import { type EngineSeams, openRepository, type Repository } from "../repository.ts"
import type { KeyAccess } from "../unlock-repository.ts"
import { pretendedHost } from "./hosts.ts"
import { accessWith, testEncryption, testKey } from "./test-keys.ts"

/** A store in memory and the time around it, for engines to live in. */
export interface World {
  readonly clock: FakeClock
  readonly store: MemoryStore
  /** What the engines told, in order. */
  readonly events: EngineEvent[]
  seams(): EngineSeams
  /** What opens the repository; nothing for one in the clear. */
  keys(): KeyAccess | undefined
  /** Makes the repository. */
  create(options?: { readonly blockBytes?: number }, over?: RepoStore): Promise<Repository>
  /**
   * Opens it as another process would, with packs of one slot unless told otherwise: the smallest that the options allow
   * are 8 MiB, and many packs are wanted of few bytes.
   */
  open(over?: RepoStore, options?: { readonly packBytes?: number }): Promise<Repository>
  /** Lets time pass until the work is done. */
  drive<Result>(work: Promise<Result>, stepMs?: number): Promise<Result>
}

/** Pack size of tests: closes after every slot. */
export const SMALL_PACK_BYTES = 1 << 20

/** `BCOPY_TEST_SUITE=sealed` runs all tests on encrypted repositories that do not say which they need. */
const ENCRYPTED = process.env["BCOPY_TEST_SUITE"] === "sealed"

export interface WorldOptions extends Omit<MemoryStoreOptions, "clock"> {
  readonly encrypted?: boolean
}

/** Makes a world. Time stands still but for `drive`. */
export function makeWorld({ encrypted = ENCRYPTED, ...options }: WorldOptions = {}): World {
  let root: RootMark | undefined
  const clock = fakeClock({ sleep: "waits" })
  const store = memoryStore({ clock, ...options })
  const events: EngineEvent[] = []
  let drawn = 0
  const seams = (): EngineSeams => ({
    clock,
    host: pretendedHost,
    random: (count) => new Uint8Array(hash("sha256", `${options.id ?? ""}/${++drawn}`, "buffer").subarray(0, count)),
    onEvent: (event) => events.push(event),
  })
  const keys = () => (encrypted ? accessWith([{ type: "external", key: testKey }], root) : undefined)
  return {
    clock,
    store,
    events,
    seams,
    keys,
    create: (made = {}, over = store) =>
      createRepository(over, seams(), {
        encryption: encrypted ? testEncryption((mark) => (root = mark)) : "none",
        ...made,
      }),
    async open(over = store, { packBytes = SMALL_PACK_BYTES } = {}) {
      const access = keys()
      return { ...(await openRepository(over, seams(), { ...(access && { keys: access }) })), packBytes }
    },
    async drive(work, stepMs = 10_000) {
      let settled = false
      const mark = () => {
        settled = true
      }
      work.then(mark, mark)
      for (let step = 0; !settled; step++) {
        if (step > 100_000) throw new Error("the work does not end, however much time passes")
        await clock.advance(stepMs)
      }
      return work
    },
  }
}
