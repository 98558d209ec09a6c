import type { SealSuite } from "@bcopy/chain-format"
import { SUITE_ID } from "@bcopy/crypto"
import type { SealedDisk } from "@bcopy/source"
import { clearSuite } from "./clear-suite.ts"
import { type GcmSeed, gcmSuite } from "./gcm-suite.ts"
import { randomBytes } from "./node-primitives.ts"

/** Of what a suite is made again in another thread. */
export type SuiteSeed = { readonly suite: 0 } | GcmSeed

/** What was made of a seed, as long as anybody has that. */
const suites = new WeakMap<SuiteSeed, SealSuite>()

/**
 * The suite that a seed describes, once for each. Salts come from the system's random source, whatever thread this is.
 */
export function suiteOf(seed: SuiteSeed): SealSuite {
  const known = suites.get(seed)
  if (known !== undefined) return known
  const suite = seed.suite === SUITE_ID ? gcmSuite(seed, randomBytes) : clearSuite()
  suites.set(seed, suite)
  return suite
}

/** What movers need to open a source's slots; `undefined` if this version cannot. */
export function seedOfSealed(sealed: Pick<SealedDisk, "suite" | "seed"> | undefined): SuiteSeed | undefined {
  if (sealed?.suite === 0) return { suite: 0 }
  const seed = sealed?.seed as SuiteSeed | undefined
  return seed?.suite === SUITE_ID && seed.suite === sealed?.suite ? seed : undefined
}

/** What movers need to do a repository's work. */
export function seedOf({ seed }: Pick<SealSuite, "seed">): SuiteSeed {
  return seed as SuiteSeed
}
