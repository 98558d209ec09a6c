import { CATALOGUE_EVERY, MAX_MAP_PACKS } from "@bcopy/chain-format"
import { seededRandom } from "@bcopy/repo/testing"
import { expect, test } from "vitest"
import {
  AGED_MAP_SHARE,
  CATALOGUE_BYTES_PER_POINT,
  ENTRY_AND_BEATS_BYTES,
  framesAllowed,
  FULL_MAP_SHARE,
  pagesAllowed,
  REQUESTS,
} from "./testing/map-budgets.ts"
import { beginChain } from "./testing/measured-chain.ts"

// The same on larger disks and longer chains: tools/bench/map-budgets.ts.
const MIB = 1 << 20

test("maps keep their budgets: of a full, of scattered increments, of the disk that these have aged, of lone changes", async () => {
  const chain = await beginChain(256 * MIB)
  const { disk } = chain
  expect((await chain.backUp()).changedBytes).toBe(disk.sizeBytes)
  const full = await chain.mapCost()
  expect(full.mapBytes + full.tableBytes).toBe(full.liveBytes)
  expect(full.packBytes / disk.sizeBytes).toBeLessThanOrEqual(FULL_MAP_SHARE)

  const random = seededRandom(1)
  for (let step = 0; step < 64; step++) {
    const { bytes, changedBytes } = await chain.backUp(disk.scattered(60, random))
    expect(bytes.mapPack).toBeLessThanOrEqual(pagesAllowed(changedBytes))
  }
  const aged = await chain.mapCost()
  expect(aged.mapBytes + aged.tableBytes).toBe(aged.liveBytes)
  expect(aged.mapBytes / disk.sizeBytes).toBeLessThanOrEqual(AGED_MAP_SHARE)
  expect(aged.packs).toBeLessThanOrEqual(MAX_MAP_PACKS)

  for (const count of [1, 4, 16, 32]) {
    const { bytes, changedBytes } = await chain.backUp(disk.lone(count))
    expect(changedBytes).toBe(count * disk.blockBytes)
    expect(bytes.mapPack).toBeLessThanOrEqual(pagesAllowed(changedBytes))
  }
})

test("a disk of which 200 scattered increments have replaced every block keeps the budget of an aged one", async () => {
  const chain = await beginChain(8 * MIB)
  const { disk } = chain
  await chain.backUp()
  const random = seededRandom(2)
  let [pages, allowed] = [0, 0]
  for (let step = 0; step < 200; step++) {
    const { bytes, changedBytes } = await chain.backUp(disk.scattered(4, random), 0)
    pages += bytes.mapPack
    allowed += pagesAllowed(changedBytes)
  }
  // Some of them empty the smallest map packs into their own, which all have to pay for.
  expect(pages).toBeLessThanOrEqual(allowed)
  const aged = await chain.mapCost()
  expect(aged.dataPacks).toBeGreaterThan(50)
  expect(aged.mapBytes / disk.sizeBytes).toBeLessThanOrEqual(AGED_MAP_SHARE)
  expect(aged.packs).toBeLessThanOrEqual(MAX_MAP_PACKS)
}, 120_000)

test("beside blocks and pages an increment stores little, and asks little of the store", async () => {
  const chain = await beginChain(8 * MIB)
  await chain.backUp()
  let catalogues = 0
  for (let point = 2; point < CATALOGUE_EVERY + 5; point++) {
    const { bytes, requests, changedBytes } = await chain.backUp([point, point + 7], 0)
    // The log's first entry is no point.
    const hasCatalogue = (point + 1) % CATALOGUE_EVERY === 0
    if (hasCatalogue) catalogues++
    const catalogueBytes = hasCatalogue ? point * CATALOGUE_BYTES_PER_POINT : 0
    expect(bytes.entry + bytes.beat).toBeLessThanOrEqual(ENTRY_AND_BEATS_BYTES + catalogueBytes)
    expect(bytes.dataPack - changedBytes).toBeLessThanOrEqual(framesAllowed(changedBytes / chain.disk.blockBytes))
    expect(requests.dataPack + requests.entry + requests.beat + requests.settings).toBeLessThanOrEqual(REQUESTS)
  }
  expect(catalogues).toBe(1)
})
