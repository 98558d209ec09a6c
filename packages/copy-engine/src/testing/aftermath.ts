import { existsSync } from "node:fs"
import { tmpdir } from "node:os"
import { isFormatError } from "@bcopy/chain-format"
import { isStoreError } from "@bcopy/repo"
import { isSourceError } from "@bcopy/source"
import { repositorySource } from "@bcopy/source-repository"
import { backUp } from "../back-up.ts"
import { copy } from "../copy.ts"
import { isEngineError } from "../engine-error.ts"
import { listPoints } from "../list-points.ts"
import type { Repository } from "../repository.ts"
import { verify } from "../verify.ts"
import { contentRoot } from "./content-root.ts"
import { disksNow } from "./memory-source.ts"
import { BLOCK_BYTES, type KnownPoint, type MutatedRepository } from "./mutated-repository.ts"
import { differing, restoreBytes } from "./restore-bytes.ts"
import { makeWorld } from "./world.ts"

/** Where bytes that are compared and thrown away need no disk, if the system has such a place. */
const SCRATCH = existsSync("/dev/shm") ? "/dev/shm" : tmpdir()

/** What becomes of a mutated repository, as far as anybody is told. */
export interface Aftermath {
  /** The code that opening the repository is answered with; nothing else is tried then. */
  readonly open?: string
  /** Points that are not restored, each with its code. */
  readonly restore: readonly string[]
  /** Points that are not listed as complete, the code that the listing ends with, and entries that are said to be broken. */
  readonly points: readonly string[]
  /** What `verify` of all points, with every block hashed, finds. */
  readonly verify: readonly string[]
  /** The kind of the next point or the code of the refusal, and the code if that point is then not restored. */
  readonly backUp: string
  /** The same once verify has marked what it found, where it did not go well before. */
  readonly mended?: string
  /** What a copy of all points to an empty repository comes to. */
  readonly copy: readonly string[]
}

/** An aftermath, with all errors and findings that people are told on the way. */
export interface Observed {
  readonly aftermath: Aftermath
  readonly messages: readonly string[]
}

/**
 * Tries everything on a mutated repository, and goes on with the workload.
 * @throws Error if wrong bytes are restored, a failure is of no package, or a point is lost that could be restored before
 */
export async function observe({ world, points }: MutatedRepository, workload: string): Promise<Observed> {
  const messages: string[] = []
  const codeOf = (error: unknown) => {
    const isTyped = isEngineError(error) || isFormatError(error) || isStoreError(error) || isSourceError(error)
    if (!isTyped) throw error
    messages.push(error.message)
    return error.code
  }
  const nameOf = (id: string) => points.find((point) => point.id === id)?.name ?? (id === "" ? "-" : "next")
  const toldBefore = world.events.length

  let repository: Repository
  try {
    repository = await world.open()
  } catch (error) {
    return { aftermath: { restore: [], points: [], verify: [], backUp: "", copy: [], open: codeOf(error) }, messages }
  }
  const restore = await restoreEach(repository, points)
  const whole = points.filter(({ name }) => !restore.some((failure) => failure.startsWith(`${name}: `)))
  const listed = await list()
  const verified = await verifyAll(repository, true)
  const copied = await copyAll()
  const backedUp = await backUpNext().catch(codeOf)
  const aftermath = { restore, points: listed, verify: verified, copy: copied, backUp: backedUp }
  if (/^(?:full|increment)$/.test(backedUp)) return { aftermath, messages }
  await verifyAll(await world.open(), false)
  return { aftermath: { ...aftermath, mended: await backUpNext().catch(codeOf) }, messages }

  async function restoreEach(from: Repository, wanted: readonly KnownPoint[]): Promise<readonly string[]> {
    const failed: string[] = []
    for (const { name, id, bytes, ...named } of wanted) {
      const found = await restoreBytes(from, { ...named, point: id, movers: 0 }, SCRATCH).catch(codeOf)
      if (typeof found === "string") failed.push(`${name}: ${found}`)
      else if (differing(found, { sda: bytes }).length > 0) throw new Error(`wrong bytes of ${name}`)
    }
    return failed
  }

  async function list(): Promise<readonly string[]> {
    const missing = new Map(points.map(({ id, name }) => [id, name]))
    const said: string[] = []
    try {
      for await (const { summary, state } of listPoints(repository)) {
        missing.delete(summary.point)
        if (state !== "complete") said.push(`${nameOf(summary.point)}: ${state}`)
      }
    } catch (error) {
      said.push(codeOf(error))
    }
    const told = world.events.slice(toldBefore).flatMap((event) => (event.type === "broken" ? event.entries : []))
    return [
      ...said,
      ...[...missing.values()].map((name) => `${name}: not listed`),
      ...new Set(told.map((entry) => `entry ${entry} broken`)),
    ]
  }

  async function verifyAll(from: Repository, dryRun: boolean): Promise<readonly string[]> {
    const { damaged, unknown } = await verify(from, { all: true, readData: "hash", dryRun, movers: 0 })
    messages.push(...[...damaged, ...unknown].map((one) => `${one.job}/${one.workload} ${one.point}: ${one.message}`))
    return [
      ...damaged.map(({ point }) => `${nameOf(point)}: damaged`),
      ...unknown.map(({ point }) => `${nameOf(point)}: unknown`),
    ]
  }

  /** Proves points without restoring each again: every block of them. Where that finds anything, it restores them. */
  async function prove(from: Repository, wanted: readonly KnownPoint[]): Promise<void> {
    const { damaged, unknown } = await verify(from, { all: true, readData: "hash", dryRun: true, movers: 0 })
    const doubtful = new Set([...damaged, ...unknown].map(({ point }) => point))
    const lost = await restoreEach(
      from,
      wanted.filter(({ id }) => doubtful.has(id)),
    )
    if (lost.length > 0) throw new Error(`what could be restored before is lost: ${lost.join(", ")}`)
  }

  async function backUpNext(): Promise<string> {
    const last = points.findLast((point) => point.workload === workload) ?? points[0]
    const bytes = (last as KnownPoint).bytes.with(5, 5)
    const again = await world.open()
    const named = { job: "nightly", workload }
    const { kind, point } = await backUp(again, { ...named, source: disksNow({ sda: bytes }), level: 1, movers: 0 })
    await prove(again, whole)
    const lost = await restoreEach(again, [{ ...named, name: "next", id: point as string, bytes }])
    return [kind, ...lost].join(", ")
  }

  async function copyAll(): Promise<readonly string[]> {
    const target = makeWorld({ id: "target" })
    await target.create({ blockBytes: BLOCK_BYTES })
    const into = await target.open()
    try {
      const report = await copy(into, {
        source: repositorySource({ view: repository.view }),
        select: "all",
        level: 1,
        movers: 0,
      })
      const there = report.copied.map(({ from, point }) => ({
        ...(points.find(({ id }) => id === from) as KnownPoint),
        id: point as string,
      }))
      await prove(into, there)
      for (const [index, { contentRoots }] of report.copied.entries())
        if (contentRoots["sda"] !== contentRoot((there[index] as KnownPoint).bytes, BLOCK_BYTES))
          throw new Error(`wrong bytes were copied from ${there[index]?.name}`)
      const failed = report.failed.map(({ workload: of, error }) => `${of || "list"}: ${codeOf(error)}`)
      return [`${there.length} copied`, ...failed]
    } catch (error) {
      return [codeOf(error)]
    }
  }
}
