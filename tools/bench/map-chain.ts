import { LEAF_BLOCKS, MAX_MAP_PACKS } from "@bcopy/chain-format"
import { seededRandom } from "@bcopy/repo/testing"
import {
  AGED_MAP_SHARE,
  ENTRY_AND_BEATS_BYTES,
  FULL_MAP_SHARE,
  pagesAllowed,
  REQUESTS,
} from "../../packages/copy-engine/src/testing/map-budgets.ts"
import {
  beginChain,
  type MeasuredChain,
  type PointCost,
} from "../../packages/copy-engine/src/testing/measured-chain.ts"
import type { Figure } from "./figure.ts"

/** What a chain of scattered increments is made of. */
export interface MapChainOptions {
  readonly sizeBytes: number
  readonly increments: number
  /** Blocks that each increment changes, anywhere on the disk. */
  readonly scattered: number
}

/** Brings a full of a dense disk, lone changes, scattered increments and lone changes again, and tells what their maps took. */
export async function* mapChain(options: MapChainOptions): AsyncIterable<Figure> {
  const { sizeBytes, increments, scattered } = options
  const chain = await beginChain(sizeBytes)
  const share = (bytes: number) => (100 * bytes) / sizeBytes
  await chain.backUp()
  const full = await chain.mapCost()
  yield { what: "full: map packs of the source", found: share(full.packBytes), unit: "%", limit: 100 * FULL_MAP_SHARE }
  yield { what: "full: pack table of the source", found: share(full.tableBytes), unit: "%" }
  yield* loneChanges(chain, "full")

  const random = seededRandom(1)
  const costs: PointCost[] = []
  for (let step = 0; step < increments; step++) costs.push(await chain.backUp(chain.disk.scattered(scattered, random)))
  const aged = await chain.mapCost()
  const after = `${increments} increments of ${scattered} blocks`
  yield { what: `${after}: map of the source`, found: share(aged.mapBytes), unit: "%", limit: 100 * AGED_MAP_SHARE }
  yield { what: `${after}: pack table of the source`, found: share(aged.tableBytes), unit: "%" }
  yield { what: `${after}: map packs with what only older points use`, found: share(aged.packBytes), unit: "%" }
  yield { what: `${after}: map packs`, found: aged.packs, unit: "packs", limit: MAX_MAP_PACKS }
  yield* increment(after, costs)
  yield* loneChanges(chain, after)
}

function* increment(after: string, costs: readonly PointCost[]): Iterable<Figure> {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const pages = costs.map(({ bytes }) => bytes.mapPack)
  const allowed = pagesAllowed(mean(costs.map(({ changedBytes }) => changedBytes)))
  const beside = costs.map(({ requests }) => requests.dataPack + requests.entry + requests.beat + requests.settings)
  // Every 64th entry has a catalogue, which grows with the chain.
  const usual = costs.map(({ bytes }) => bytes.entry + bytes.beat).toSorted((a, b) => a - b)
  yield { what: `${after}: pages that one writes, mean`, found: mean(pages), unit: "B", limit: allowed }
  yield { what: `${after}: most, with merging`, found: Math.max(...pages), unit: "B" }
  yield {
    what: `${after}: that merged much`,
    found: pages.filter((bytes) => bytes > allowed).length,
    unit: "increments",
  }
  yield {
    what: `${after}: entry and beats without a catalogue`,
    found: usual[Math.floor(usual.length * 0.98) - 1] ?? 0,
    unit: "B",
    limit: ENTRY_AND_BEATS_BYTES,
  }
  yield { what: `${after}: the same with the last catalogue`, found: usual.at(-1) ?? 0, unit: "B" }
  yield { what: `${after}: requests beside map packs`, found: Math.max(...beside), unit: "requests", limit: REQUESTS }
  yield {
    what: `${after}: requests for map pages, mean`,
    found: mean(costs.map((c) => c.requests.mapPack)),
    unit: "requests",
  }
}

async function* loneChanges(chain: MeasuredChain, after: string): AsyncIterable<Figure> {
  for (const count of [1, 16, 256, 4096]) {
    if (count > chain.disk.blocks / LEAF_BLOCKS) return
    const { bytes, requests, changedBytes } = await chain.backUp(chain.disk.lone(count))
    const what = `${count} lone changes after ${after}`
    yield { what: `${what}: pages`, found: bytes.mapPack, unit: "B", limit: pagesAllowed(changedBytes) }
    yield { what: `${what}: requests for pages`, found: requests.mapPack, unit: "requests" }
  }
}
