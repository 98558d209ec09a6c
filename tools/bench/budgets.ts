import type { Step } from "./contender.ts"

/** What bcopy may take of the time of what stands beside it. */
export interface TimeBudget {
  readonly step: Step
  readonly peer: "restic"
  readonly peerStep: Step
  readonly atMost: number
}

/** Medians of paired runs on the same machine and images, folder repositories, Zstandard level 3 unless it says otherwise. */
export const timeBudgets: readonly TimeBudget[] = [
  { step: "first full", peer: "restic", peerStep: "first full", atMost: 0.55 },
  { step: "first full, level 1", peer: "restic", peerStep: "first full", atMost: 0.45 },
  { step: "next increment", peer: "restic", peerStep: "next increment", atMost: 0.35 },
  { step: "copy, first point", peer: "restic", peerStep: "copy, first point", atMost: 0.35 },
  { step: "copy, next point", peer: "restic", peerStep: "copy, next point", atMost: 0.2 },
  { step: "restore", peer: "restic", peerStep: "restore", atMost: 0.7 },
  { step: "verify, all data", peer: "restic", peerStep: "verify, all data", atMost: 0.75 },
  { step: "verify, seals only", peer: "restic", peerStep: "verify, all data", atMost: 0.3 },
]

/** Of restic's repository after the full and all increments. */
export const STORED_SHARE = 0.95
/** Of any step. */
export const PEAK_MIB = 300
/** PUT requests for each GiB that a full stores. */
export const PUTS_PER_GIB = 34
/** Those of any session: settings, the first entry, the point, the last map pack, and packs that are not full. */
export const PUTS_OF_A_SESSION = 7
/** Requests of an increment beside packs, map pages and beats. */
export const INCREMENT_REQUESTS = 12
/** What ten times the disk, chain or number of workloads may make of an increment's time and requests. */
export const GROWTH = 2

/** What pruning a long chain may take of restic's time for the same. */
export const PRUNE_SHARE = 1
/** What may be stored beside what is in use, once space was given back with the limits that are usual. */
export const STORED_PER_LIVE = 1.35
