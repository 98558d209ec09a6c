import type { SourcePoint } from "../source.ts"
import { claim, claimRejects, sourceCase, type ConformanceCase, type ConformanceSubject } from "./conformance-case.ts"

async function listed({ source }: ConformanceSubject, signal?: AbortSignal): Promise<SourcePoint[]> {
  const points: SourcePoint[] = []
  for await (const point of source.list(signal === undefined ? {} : { signal })) points.push(point)
  return points
}

function isTimeOrCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}

/** What listing promises. */
export const listCases: readonly ConformanceCase[] = [
  sourceCase("list gives every complete point", async (subject) => {
    const found = (await listed(subject)).filter(({ id }) => id === subject.point.id)
    claim(found.length === 1, `point ${subject.point.id} is listed ${found.length} times`)
  }),

  sourceCase("list gives each workload's points in ascending order", async (subject) => {
    const last = new Map<string, SourcePoint>()
    for (const point of await listed(subject)) {
      const chain = JSON.stringify([point.job, point.workload])
      const before = last.get(chain)
      if (before !== undefined) {
        const ascending =
          before.seq === undefined || point.seq === undefined
            ? before.createdAtMs <= point.createdAtMs
            : before.seq < point.seq
        claim(ascending, `point ${point.id} of workload "${point.workload}" is listed behind the newer ${before.id}`)
      }
      last.set(chain, point)
    }
  }),

  sourceCase("a listed point has sound numbers and names", async (subject) => {
    for (const { id, workload, platform, createdAtMs, hops, seq = 0 } of await listed(subject)) {
      claim(id !== "" && workload !== "" && platform !== "", `point "${id}" of "${workload}" lacks a name or platform`)
      for (const number of [createdAtMs, hops, seq])
        claim(isTimeOrCount(number), `point ${id} has a number that is no count: ${number}`)
    }
  }),

  sourceCase("the same point has the same identity each time it is listed", async (subject) => {
    const [first, second] = [await listed(subject), await listed(subject)]
    for (const { id, identity } of first) {
      const again = second.find((point) => point.id === id)
      claim(again?.identity === identity, `identity of point ${id} went from ${identity} to ${again?.identity}`)
    }
  }),

  sourceCase("points of one workload that differ in time have different identities", async (subject) => {
    const seen = new Map<string, SourcePoint>()
    for (const point of await listed(subject)) {
      if (point.identity === undefined) continue
      const other = seen.get(point.identity)
      claim(
        other === undefined || other.createdAtMs === point.createdAtMs,
        `points ${other?.id} and ${point.id} share the identity ${point.identity}`,
      )
      seen.set(point.identity, point)
    }
  }),

  sourceCase("list rejects with Aborted when its signal has fired", async (subject) => {
    await claimRejects(() => listed(subject, AbortSignal.abort()), ["Aborted"])
  }),

  sourceCase("open rejects with Aborted when its signal has fired", async ({ source, point, blockBytes }) => {
    await claimRejects(() => source.open(point, { blockBytes, signal: AbortSignal.abort() }), ["Aborted"])
  }),

  sourceCase("a point that is not there cannot be opened", async ({ source, point, blockBytes }) => {
    const absent = { ...point, id: (point.id.startsWith("f") ? "0" : "f").repeat(point.id.length) }
    await claimRejects(() => source.open(absent, { blockBytes }), ["PointRemoved", "NotFound", "Refused"])
  }),
]
