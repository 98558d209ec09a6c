import { globSync, rmSync } from "node:fs"
import { expect, test } from "vitest"
import * as z from "zod"
import { makeImage, openTrial, scribble, type Ran } from "../testing/trial.ts"

const id = z.string().regex(/^[0-9a-f]{32}$/)
const root = z.string().regex(/^[0-9a-f]{64}$/)
const time = z.iso.datetime({ precision: 3 })
const count = z.int().min(0)
const kind = z.enum(["full", "increment"])
const document = <Shape extends z.ZodRawShape>(shape: Shape) => z.strictObject({ schema: z.literal(1), ...shape })
const failure = z.strictObject({ code: z.string(), message: z.string(), hint: z.string().optional() })
const counts = z.strictObject({
  doneBytes: count,
  totalBytes: count,
  readBytes: count,
  zeroBytes: count,
  unchangedBytes: count,
  deduplicatedBytes: count,
  newBytes: count,
  storedBytes: count,
})
const brought = {
  point: id,
  kind,
  disks: z.array(z.strictObject({ name: z.string(), contentRoot: root })),
  counts,
  durationMs: count,
}
const disk = z.strictObject({ name: z.string(), bytes: count, contentRoot: root })
const point = z.strictObject({
  job: z.string(),
  workload: z.string(),
  platform: z.string(),
  point: id,
  seq: count,
  createdAt: time,
  committedAt: time,
  kind,
  flags: z.array(z.string()),
  disks: z.array(disk),
  storedBytes: count,
  state: z.enum(["complete", "damaged"]),
  consistency: z.enum(["application", "crash", "fuzzy"]),
})
const task = { job: z.string(), workload: z.string() }
const found = z.strictObject({ ...task, point: z.string(), message: z.string() })

const documents = {
  init: document({
    dryRun: z.boolean(),
    repository: z.strictObject({
      name: z.string(),
      id: id.optional(),
      encrypted: z.literal(false),
      blockBytes: count,
      packBytes: count,
    }),
  }),
  backup: document({ dryRun: z.literal(false), ...task, platform: z.string(), createdAt: time, ...brought }),
  backupPlan: document({
    dryRun: z.literal(true),
    ...task,
    platform: z.string(),
    createdAt: time,
    kind,
    disks: z.array(z.strictObject({ name: z.string(), path: z.string() })),
  }),
  copy: document({
    dryRun: z.boolean(),
    copied: z.array(z.strictObject({ ...task, from: id, ...brought })),
    skipped: z.array(z.strictObject({ ...task, point: id, reason: z.string() })),
    failed: z.array(z.strictObject({ ...task, error: failure })),
    planned: z.array(z.strictObject({ ...task, point: id, aboutBytes: count.optional() })).optional(),
  }),
  points: document({ points: z.array(point) }),
  restore: document({
    dryRun: z.boolean(),
    ...task,
    point: id,
    createdAt: time,
    disks: z.array(disk.extend({ path: z.string(), writtenBytes: count, sameBytes: count })),
    durationMs: count,
  }),
  verify: document({
    dryRun: z.boolean(),
    readData: z.enum(["none", "authenticate", "hash"]),
    points: count,
    workloads: count,
    damaged: z.array(found.extend({ marked: z.boolean() })),
    unknown: z.array(found),
    healed: z.array(z.strictObject({ ...task, point: id })),
    durationMs: count,
    error: failure.optional(),
  }),
  show: document({
    repository: z.strictObject({
      name: z.string(),
      id,
      encrypted: z.boolean(),
      blockBytes: count,
      packBytes: count,
      passport: z.looseObject({ kind: z.literal("folder") }),
      writable: z.boolean(),
      notWritable: z.string().optional(),
    }),
    workloads: z.array(
      z.strictObject({
        ...task,
        points: count,
        removed: count,
        storedBytes: count,
        bytes: count,
        newestAt: time.optional(),
        damaged: count,
      }),
    ),
  }),
  showWorkload: document({ ...task, removed: count, points: z.array(point) }),
  showPoint: document({
    ...task,
    point: z.strictObject({
      point: id,
      platform: z.string(),
      seq: count,
      entry: count,
      createdAt: time,
      committedAt: time,
      kind,
      parent: z.strictObject({ entry: count, point: id }).optional(),
      origin: z.strictObject({ repository: id, point: id }),
      copiedFrom: z.strictObject({ repository: id, point: id }).optional(),
      hops: count,
      consistency: z.enum(["application", "crash", "fuzzy"]),
      flags: z.array(z.string()),
      pin: z.string().optional(),
      state: z.enum(["complete", "damaged"]),
      session: id,
      blockBytes: count,
      storedBytes: count,
      mapPacks: count,
      disks: z.array(disk),
      metadata: z.record(z.string(), z.unknown()).optional(),
    }),
  }),
  adopt: document({ dryRun: z.boolean(), adopted: z.boolean(), points: count, packs: count }),
  error: document({ error: failure }),
}

const event = z.looseObject({
  schema: z.literal(1),
  type: z.enum([
    "task",
    "transfer",
    "skipped",
    "failed",
    "waiting",
    "adopted",
    "checkpoint",
    "committed",
    "restore",
    "verify",
    "damage",
    "tampering",
    "note",
  ]),
})

/** The one document on stdout, held against its schema, and the events on stderr. */
function expectDocument<Name extends keyof typeof documents>(
  ran: Ran,
  name: Name,
  exit = 0,
): z.infer<(typeof documents)[Name]> {
  expect(ran).toMatchObject({ exit })
  for (const line of ran.stderr.split("\n").filter(Boolean)) event.parse(JSON.parse(line))
  return documents[name].parse(JSON.parse(ran.stdout)) as z.infer<(typeof documents)[Name]>
}

test("every command prints the document that is documented, and nothing else on stdout", async () => {
  const { at, bcopy } = openTrial()
  makeImage(at("disk.raw"), { sizeMib: 4, seed: "json" })
  const repo = ["--json", "--repo", at("repo")]
  expectDocument(await bcopy("init", ...repo, "--no-encryption", "--dry-run"), "init")
  const made = expectDocument(await bcopy("init", ...repo, "--no-encryption"), "init")
  expectDocument(await bcopy("init", "--json", "--repo", at("other"), "--no-encryption"), "init")
  const backUp = ["backup", ...repo, "--job", "j", "--workload", "w", `sda=${at("disk.raw")}`]
  expect(expectDocument(await bcopy(...backUp, "--dry-run"), "backupPlan").kind).toBe("full")
  const first = expectDocument(await bcopy(...backUp), "backup")
  scribble(at("disk.raw"), 100, "change")
  const second = expectDocument(await bcopy(...backUp), "backup")
  expect([first.kind, second.kind]).toEqual(["full", "increment"])

  const { points } = expectDocument(await bcopy("points", ...repo), "points")
  expect(points.map((one) => one.point)).toEqual([first.point, second.point])
  expect(points.map((one) => one.disks[0]?.contentRoot)).toEqual(
    [first, second].map((one) => one.disks[0]?.contentRoot),
  )
  expect(points.map((one) => one.storedBytes)).toEqual([first, second].map((one) => one.counts.storedBytes))

  const copy = ["copy", "--json", "--from", at("repo"), "--to", at("other")]
  expect(expectDocument(await bcopy(...copy, "--dry-run"), "copy").planned).toEqual([
    { job: "j", workload: "w", point: second.point, aboutBytes: expect.any(Number) as unknown },
  ])
  const { copied, skipped } = expectDocument(await bcopy(...copy), "copy")
  expect(copied).toMatchObject([{ from: second.point, disks: second.disks }])
  expect(skipped).toMatchObject([{ point: first.point }])

  const shown = expectDocument(await bcopy("show", ...repo), "show")
  expect(shown.repository).toMatchObject({ id: made.repository.id, writable: true })
  expect(expectDocument(await bcopy("show", ...repo, "--workload", "w"), "showWorkload").points).toEqual(points)
  const other = ["--json", "--repo", at("other"), "--workload", "w"]
  const away = expectDocument(await bcopy("show", ...other, "--point", copied[0]!.point), "showPoint").point
  expect(away).toMatchObject({ hops: 1, origin: { repository: made.repository.id, point: second.point } })

  const restored = expectDocument(await bcopy("restore", ...other, "--output", at("out.raw")), "restore")
  expect(restored.disks).toMatchObject([
    { name: "sda", path: at("out.raw"), contentRoot: second.disks[0]?.contentRoot },
  ])
  expect(expectDocument(await bcopy("verify", ...repo, "--all"), "verify")).toMatchObject({
    points: 2,
    damaged: [],
    unknown: [],
  })
  expect(expectDocument(await bcopy("adopt", ...repo), "adopt")).toMatchObject({ adopted: false })
})

test("damage found is a report that has an error too", async () => {
  const { at, bcopy } = openTrial()
  makeImage(at("disk.raw"), { sizeMib: 4, seed: "json" })
  await bcopy("init", "--repo", at("repo"), "--no-encryption")
  const ran = await bcopy("backup", "--json", "--repo", at("repo"), "--job", "j", "--workload", "w", at("disk.raw"))
  const { point: lost } = expectDocument(ran, "backup")
  for (const pack of globSync(`${at("repo")}/backups/*/packs/*/*`)) rmSync(pack)
  const report = expectDocument(await bcopy("verify", "--json", "--repo", at("repo")), "verify", 13)
  expect(report).toMatchObject({
    error: { code: "Damaged" },
    damaged: [{ job: "j", workload: "w", point: lost, marked: true }],
  })
})

test.for([
  [["pints", "--json"], 2, "Usage"],
  [["--json"], 2, "Usage"],
  [["points", "--json", "--repo", "s3://Bucket"], 2, "Usage"],
  [["points", "--json", "--repo", "nothing-here"], 10, "NoRepository"],
  [["init", "--json", "--repo", "nothing-here"], 14, "Refused"],
] as const)("a failure is a document too: bcopy %j", async ([argv, exit, code]) => {
  const { bcopy } = openTrial()
  const { error } = expectDocument(await bcopy(...argv), "error", exit)
  expect(error.code).toBe(code)
  expect(error.hint).toBeDefined()
})
