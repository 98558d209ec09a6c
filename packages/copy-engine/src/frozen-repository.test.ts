import { createHash, randomBytes } from "node:crypto"
import { createReadStream, readFileSync } from "node:fs"
import { cp, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { layout, type SessionId } from "@bcopy/chain-format"
import { folderStore } from "@bcopy/repo-fs"
import { readSynthetic, syntheticSource } from "@bcopy/source/testing"
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { adoptRepository } from "./adopt-repository.ts"
import { backUp } from "./back-up.ts"
import { systemClock } from "./clock.ts"
import type { EngineEvent } from "./engine-event.ts"
import { findWorkload } from "./find-workloads.ts"
import { listPoints } from "./list-points.ts"
import { openRepository } from "./repository.ts"
import { restore } from "./restore.ts"
import { listSessions } from "./session-list.ts"
import { verify } from "./verify.ts"

interface Expected {
  readonly repository: string
  readonly points: readonly {
    readonly job: string
    readonly workload: string
    readonly point: string
    readonly state: "complete" | "damaged"
    readonly pin?: string
    readonly disks: readonly { readonly name: string; readonly sizeBytes: number; readonly sha256: string }[]
  }[]
  readonly removed: Readonly<Record<string, readonly string[]>>
}

const frozen = join(import.meta.dirname, "../testdata/frozen")
const expected = JSON.parse(readFileSync(join(frozen, "format-1.json"), "utf8")) as Expected

const events: EngineEvent[] = []
let home: string
let output: string
let copies = 0

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "bcopy-frozen-"))
})
beforeEach(() => {
  events.length = 0
  output = join(home, `out-${++copies}`)
})
afterAll(async () => {
  await rm(home, { recursive: true })
})

async function openCopy() {
  const path = join(home, `repository-${++copies}`)
  await cp(join(frozen, "format-1"), path, { recursive: true })
  const open = () =>
    openRepository(folderStore({ path }), {
      clock: systemClock,
      random: (count) => Uint8Array.from(randomBytes(count)),
      onEvent: (event) => events.push(event),
    })
  return { repository: await open(), open, path }
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash("sha256")
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array)
  return hash.digest("hex")
}

test("a repository of format 1 lists what it was made with, and takes no writes where it was copied to", async () => {
  const { repository } = await openCopy()
  expect(repository.birth.repository).toBe(expected.repository)
  expect(repository.notWritable?.code).toBe("NotWritable")
  const listed: unknown[] = []
  for await (const { job, workload, summary, manifest, state } of listPoints(repository)) {
    const { point, seq, type: kind, createdAtMs, pin, gfs, hops } = summary
    const disks = manifest?.disks.map(({ name, sizeBytes, contentRoot }) => ({ name, sizeBytes, contentRoot }))
    listed.push({ job, workload, point, seq, kind, createdAtMs, state, ...(pin && { pin }), gfs, hops, disks })
  }
  const due = expected.points.map(({ disks, ...point }) => ({
    ...point,
    disks: disks.map(({ sha256: _, ...disk }) => disk),
  }))
  expect(listed).toEqual(due)
  const { state } = await findWorkload(repository, { job: "nightly", workload: "web" })
  expect(state.removed.map(({ point }) => point.point)).toEqual(expected.removed["nightly/web"])
})

describe("every point of format 1 restores to the bytes it was made from", () => {
  for (const { job, workload, point, state, disks } of expected.points)
    test(`${job}/${workload} ${point.slice(0, 8)}${state === "damaged" ? ", which is damaged, to none" : ""}`, async () => {
      const { repository } = await openCopy()
      const restored = restore(repository, { job, workload, point, output })
      if (state === "damaged") return expect(restored).rejects.toMatchObject({ code: "Damaged" })
      const report = await restored
      const found: unknown[] = []
      for (const { name, path, sizeBytes } of report.disks)
        found.push({ name, sizeBytes, sha256: await sha256Of(path) })
      expect(found).toEqual(disks.map(({ name, sizeBytes, sha256 }) => ({ name, sizeBytes, sha256 })))
    })
})

test("all data of format 1 verifies, but for the point that is known to be damaged", async () => {
  const { repository } = await openCopy()
  const report = await verify(repository, { all: true, readData: "hash" })
  expect(report.points).toBe(expected.points.length)
  expect(report.damaged.map(({ point }) => point)).toEqual(
    expected.points.filter(({ state }) => state === "damaged").map(({ point }) => point),
  )
  expect(report.unknown).toEqual([])
})

test("an adopted repository of format 1 takes the next point, which goes on from what a dead session left", async () => {
  const { repository, open } = await openCopy()
  const disk = { name: "sda", sizeBytes: 12 << 20, seed: 99 }
  const next = { source: syntheticSource({ workload: "db", disks: [disk] }), job: "nightly", workload: "db" }
  await expect(backUp(repository, next)).rejects.toMatchObject({ code: "NotWritable" })
  expect(await adoptRepository(repository)).toMatchObject({ adopted: true, points: expected.points.length })

  const adopted = await open()
  expect(adopted.notWritable).toBeUndefined()
  const { point, kind } = await backUp(adopted, next)
  expect(kind).toBe("increment")
  expect(events.map(({ type }) => type)).toContain("adopted")
  await restore(adopted, { job: "nightly", workload: "db", point, output })
  const bytes = new Uint8Array(disk.sizeBytes)
  readSynthetic(disk, 0, 0, bytes)
  expect(await sha256Of(output)).toBe(createHash("sha256").update(bytes).digest("hex"))
})

test("a session whose packs were not copied along is abandoned, and no point is built on it", async () => {
  const { repository, open, path } = await openCopy()
  const { place, state } = await findWorkload(repository, { job: "nightly", workload: "db" })
  const fenced = state.fenced.map(({ session }) => session)
  const left = (await listSessions(repository, place, {})).filter(({ session }) => !fenced.includes(session))
  expect(left).toHaveLength(1)
  for (const { session } of left) await rm(join(path, layout.pack(place.backup, session, 1)))
  expect(await adoptRepository(repository)).toMatchObject({ adopted: true })

  const adopted = await open()
  const disk = { name: "sda", sizeBytes: 12 << 20, seed: 99 }
  await backUp(adopted, { source: syntheticSource({ workload: "db", disks: [disk] }), job: "nightly", workload: "db" })
  expect(events.map(({ type }) => type)).not.toContain("adopted")
  const report = await verify(adopted, { job: "nightly", workload: "db", all: true, readData: "hash" })
  expect(report.damaged).toEqual([])
})

test("a repository is adopted although a point known to be damaged lacks its pack, but not if another does", async () => {
  const { repository, path } = await openCopy()
  const { place, state } = await findWorkload(repository, { job: "nightly", workload: "damaged" })
  const packOf = (at: number) => layout.pack(place.backup, state.points[at]?.session as SessionId, 1)
  expect(state.points.map(({ damaged }) => damaged === true)).toEqual([false, true, false])
  await rm(join(path, packOf(1)))
  expect(await adoptRepository(repository, { dryRun: true })).toMatchObject({ points: expected.points.length })
  await rm(join(path, packOf(2)))
  await expect(adoptRepository(repository)).rejects.toMatchObject({
    code: "Damaged",
    message: expect.stringContaining(packOf(2)),
  })
})
