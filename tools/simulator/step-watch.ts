import { type LivePoint, readManifest } from "@bcopy/chain-format"
import type { ObjectHead } from "@bcopy/repo"
import { findWorkloads, type FoundWorkload, type Repository } from "@bcopy/copy-engine"
import { DataMovers } from "../../packages/copy-engine/src/data-movers.ts"
import { readingPlan } from "../../packages/copy-engine/src/memory-budget.ts"
import { StoredSizes } from "../../packages/copy-engine/src/stored-sizes.ts"
import { verifyPoint } from "../../packages/copy-engine/src/verify-point.ts"
import { promisesMissed } from "./check-promises.ts"
import { needsOf } from "./needs-of.ts"
import { oldestOf } from "./oldest-of.ts"
import type { SimulatedStore } from "./simulated-store.ts"
import type { SimulatedWorld } from "./world.ts"

/** What a step did to a store that could break a promise: all else only adds what nobody names. */
interface Step {
  readonly removed: Set<string>
  hasEntries: boolean
}

/** A point that was seen whole. */
interface SeenPoint {
  readonly contentRoot: string
  /** What it needs, and the versions that these are. */
  readonly needs: ReadonlyMap<string, string | undefined>
}

/**
 * Looks at a world after every step in which a log grew or something was deleted that a point needs. Objects never change:
 * what was seen whole stays so as long as all of that is there. So only new points and moved ones are read.
 */
export class StepWatch {
  readonly #world: SimulatedWorld
  readonly #steps = new Map<string, Step>()
  /** By where they lie, and how long they are locked. */
  readonly #seen = new Map<string, SeenPoint>()
  readonly #needed = new Map<string, ReadonlySet<string>>()
  readonly #movers: DataMovers

  constructor(world: SimulatedWorld) {
    this.#world = world
    this.#movers = new DataMovers(readingPlan({ movers: 0 }, { packBytes: 1 << 20, rangeBytes: 1 << 20 }), 1 << 20)
    for (const [name, { memory }] of Object.entries(world.stores)) {
      const step: Step = { removed: new Set(), hasEntries: false }
      this.#steps.set(name, step)
      const create = memory.create.bind(memory)
      const remove = memory.remove.bind(memory)
      memory.create = async (key, bytes, options) => {
        if (key.includes("/log/")) step.hasEntries = true
        return create(key, bytes, options)
      }
      memory.remove = async (key, options) => {
        step.removed.add(key)
        return remove(key, options)
      }
    }
  }

  /** What the last step has broken. */
  async look(): Promise<readonly string[]> {
    const problems: string[] = []
    for (const [name, step] of this.#steps) {
      const needed = this.#needed.get(name)
      const removed = [...step.removed].filter((key) => needed?.has(key) === true)
      const { hasEntries } = step
      step.removed.clear()
      step.hasEntries = false
      if (hasEntries || removed.length > 0) problems.push(...(await this.#examine(name, removed)))
    }
    return problems
  }

  async #examine(name: string, removed: readonly string[]): Promise<readonly string[]> {
    const { reference, simulation, stores } = this.#world
    const { memory } = stores[name] as SimulatedStore
    const repository = await this.#world.trueRepository(name)
    const problems: string[] = []
    const now = new Map<string, ObjectHead | undefined>()
    for (const key of removed) now.set(key, await oldestOf(memory, key))
    const isGone = (key: string, version: string | undefined) =>
      now.has(key) && (now.get(key) === undefined || now.get(key)?.version !== version)
    const live = new Map<string, string>()
    const removedPoints = new Set<string>()
    const needed = new Set<string>()
    for await (const found of findWorkloads(repository)) {
      const workload = found.state.workload.name
      for (const point of found.state.points) {
        const { contentRoot, needs } = await this.#see(name, repository, found, point, problems)
        live.set(point.point, contentRoot)
        for (const [key, version] of needs) {
          if (isGone(key, version))
            problems.push(`${name} ${workload}: point ${point.point} needs ${key}, which was deleted`)
          needed.add(key)
        }
      }
      for (const { point } of found.state.removed) {
        removedPoints.add(point.point)
        if (simulation.nowMs >= reference.removalOf(point.point).goneFromMs) continue
        for (const [key, version] of this.#seen.get(nameOf(name, point))?.needs ?? []) {
          if (isGone(key, version))
            problems.push(`${name} ${workload}: point ${point.point} may come back and needs ${key}`)
          needed.add(key)
        }
      }
    }
    this.#needed.set(name, needed)
    return [...problems, ...promisesMissed(this.#world, name, { live, removed: removedPoints })]
  }

  /** A point as it was seen before, or now for the first time: then all of it is read. */
  async #see(
    name: string,
    repository: Repository,
    { place, state }: FoundWorkload,
    point: LivePoint,
    problems: string[],
  ): Promise<SeenPoint> {
    const known = this.#seen.get(nameOf(name, point))
    if (known !== undefined) return known
    const what = `${name} ${state.workload.name}: point ${point.point}`
    const manifest = await readManifest(repository.view, place, point)
    const contentRoot = manifest.disks[0]?.contentRoot ?? ""
    const proven = { sizes: new StoredSizes(repository), authenticated: new Set<string>(), point: undefined }
    const options = { readData: "hash", proven, movers: this.#movers, progress: () => undefined } as const
    await verifyPoint(repository, place.backup, manifest, options).catch((error: unknown) =>
      problems.push(`${what}: ${(error as Error).message}`),
    )
    if (!this.#world.reference.had(state.workload.name, contentRoot)) problems.push(`${what} has foreign content`)
    if (point.damaged === true) problems.push(`${what} is called damaged`)
    const { lockedUntilMs = 0 } = point
    const { memory } = this.#world.stores[name] as SimulatedStore
    const needs = new Map<string, string | undefined>()
    for (const key of await needsOf(repository, place, point)) {
      const { version, retainUntilMs = 0 } = (await oldestOf(memory, key)) ?? {}
      needs.set(key, version)
      if (lockedUntilMs > this.#world.simulation.nowMs && retainUntilMs < lockedUntilMs)
        problems.push(`${what} is locked until ${lockedUntilMs}, ${key} is not`)
    }
    const seen = { contentRoot, needs }
    this.#seen.set(nameOf(name, point), seen)
    return seen
  }
}

function nameOf(store: string, { point, entry, home, lockedUntilMs = 0, damaged = false }: LivePoint): string {
  return [store, point, entry, home?.entry ?? "", lockedUntilMs, damaged].join(" ")
}
