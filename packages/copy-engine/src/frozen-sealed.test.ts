import { createHash, randomBytes } from "node:crypto"
import { readFileSync } from "node:fs"
import { cp, mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Secret } from "@bcopy/crypto"
import { folderStore } from "@bcopy/repo-fs"
import { afterAll, beforeAll, expect, test } from "vitest"
import { adoptRepository } from "./adopt-repository.ts"
import { backUp } from "./back-up.ts"
import { systemClock } from "./clock.ts"
import { listPoints } from "./list-points.ts"
import { openRepository } from "./repository.ts"
import { restore } from "./restore.ts"
import { disksNow } from "./testing/memory-source.ts"
import { accessWith } from "./testing/test-keys.ts"
import { verify } from "./verify.ts"

interface Expected {
  readonly repository: string
  readonly password: string
  readonly recoveryKey: string
  readonly points: readonly {
    readonly workload: string
    readonly point: string
    readonly seq: number
    readonly sha256: string
  }[]
}

const frozen = join(import.meta.dirname, "../testdata/frozen")
const expected = JSON.parse(readFileSync(join(frozen, "format-1-sealed.json"), "utf8")) as Expected
const password: Secret = { type: "password", password: expected.password }
const recovery: Secret = { type: "recovery", privateKey: Buffer.from(expected.recoveryKey, "hex") }
let home: string

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "bcopy-frozen-"))
  await cp(join(frozen, "format-1-sealed"), join(home, "repository"), { recursive: true })
})
afterAll(async () => {
  await rm(home, { recursive: true })
})

const open = (secret: Secret) =>
  openRepository(
    folderStore({ path: join(home, "repository") }),
    { clock: systemClock, random: (count) => Uint8Array.from(randomBytes(count)) },
    { keys: accessWith([secret]) },
  )

test.each([password, recovery])(
  "an encrypted repository of format 1 opens by its $type, and lists what it was made with",
  async (secret) => {
    const repository = await open(secret)
    expect([repository.birth.repository, repository.keys?.ring.generation]).toEqual([expected.repository, 2])
    const listed: unknown[] = []
    for await (const { workload, summary, state } of listPoints(repository))
      listed.push([workload, summary.point, summary.seq, state])
    expect(listed).toEqual(expected.points.map(({ workload, point, seq }) => [workload, point, seq, "complete"]))
  },
)

test("a wrong password opens none of it", async () => {
  await expect(open({ type: "password", password: "thawed" })).rejects.toMatchObject({ code: "WrongKey" })
})

test("every point restores to the bytes it was made from, whichever epoch it lies under, and all verifies", async () => {
  const repository = await open(password)
  for (const { workload, point, sha256 } of expected.points) {
    const output = join(home, point)
    await restore(repository, { job: "nightly", workload, point, output })
    expect(
      createHash("sha256")
        .update(await readFile(output))
        .digest("hex"),
      point,
    ).toBe(sha256)
  }
  const report = await verify(repository, { all: true, readData: "hash", movers: 0, dryRun: true })
  expect(report).toMatchObject({ damaged: [], unknown: [] })
})

test("adopted, it takes the next point, by the policy that it has", async () => {
  await adoptRepository(await open(password))
  const source = disksNow({ sda: new Uint8Array(300_001).fill(7) }, { createdAtMs: Date.UTC(2025, 1, 1) })
  const { kind } = await backUp(await open(password), { source, job: "nightly", workload: "web", movers: 0 })
  expect(kind).toBe("increment")
  const flags: unknown[] = []
  for await (const { summary } of listPoints(await open(password), { workload: "web" })) flags.push(summary.gfs)
  expect(flags.at(-1)).toEqual(["W:2025-02-01"])
  expect(await verify(await open(password), { all: true, movers: 0 })).toMatchObject({ damaged: [], unknown: [] })
})
