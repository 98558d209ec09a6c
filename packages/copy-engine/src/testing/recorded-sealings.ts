import { hash } from "node:crypto"
import { decodePackHeader } from "@bcopy/chain-format"
import type { MemoryStore } from "@bcopy/repo"
import { slotRegions } from "./slot-regions.ts"

/** What was sealed in everything that a store was ever sent, and what of it breaks the law of salts. */
export interface RecordedSealings {
  /** How many salts were seen, and how many slots under them. */
  readonly salts: number
  readonly slots: number
  /** Objects that were sent more than once. */
  readonly repeats: number
  /** Salts under which two bodies stand at one slot number, or that two objects have: in words. */
  readonly broken: readonly string[]
}

/**
 * Looks at every object that is sent to a store from now on, whether the store takes it or not. `look` takes in one that is
 * sent elsewhere.
 */
export function recordSealings(store: MemoryStore): {
  readonly taken: () => RecordedSealings
  readonly look: (key: string, bytes: Uint8Array) => void
} {
  const bodies = new Map<string, string>()
  const objects = new Map<string, string>()
  const broken: string[] = []
  let repeats = 0
  const look = (key: string, bytes: Uint8Array): void => {
    if (key === "bcopy.json") return
    const { suite, suiteHeader } = decodePackHeader(bytes)
    if (suite === 0) return
    const salt = Buffer.from(suiteHeader.subarray(4, 36)).toString("hex")
    const whole = `${key} ${hash("sha256", bytes)}`
    const known = objects.get(salt)
    if (known !== undefined && known !== whole) broken.push(`${key} has the salt of ${known}`)
    if (known === whole) repeats++
    objects.set(salt, whole)
    let number = 0
    for (const { part, at, bytes: length } of slotRegions(bytes)) {
      if (part !== "body") continue
      const slot = `${salt} ${number++}`
      const body = hash("sha256", bytes.subarray(at, at + length))
      if ((bodies.get(slot) ?? body) !== body) broken.push(`${key} has another body in slot ${number - 1}`)
      bodies.set(slot, body)
    }
  }
  const create = store.create.bind(store)
  store.create = (key, bytes, options) => {
    look(key, bytes)
    return create(key, bytes, options)
  }
  return { look, taken: () => ({ salts: objects.size, slots: bodies.size, repeats, broken }) }
}
