// Prints when the newest complete point of a workload was made, from what `bcopy points --json` says:
//   bcopy points --repo /srv/bcopy --workload web01 --json | node newest-point.ts
import { text } from "node:stream/consumers"

interface PointsDocument {
  readonly points: readonly { readonly job: string; readonly createdAt: string; readonly state: string }[]
}

const { points } = JSON.parse(await text(process.stdin)) as PointsDocument
const newest = points.findLast(({ state }) => state === "complete")
console.log(newest === undefined ? "no complete point" : `${newest.createdAt} by ${newest.job}`)
