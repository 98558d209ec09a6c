import { rmSync } from "node:fs"
import { type EntryBody, readEntry } from "@bcopy/chain-format"
import { restore, verify } from "@bcopy/copy-engine"
import { openFolder } from "../proof/open-folder.ts"
import { requireSameFiles } from "../proof/require-same-files.ts"
import { requireThat } from "../proof/require-that.ts"
import { storedBySession, storedTwice } from "./stored-by-session.ts"
import { readTrialLog } from "./trial-log.ts"

/**
 * Holds a trial's repository against what is known of it: `images` names the image of each of its points, by their ids.
 * These are there and no others, each comes back byte for byte, `verify` finds every block, every entry of the log opens
 * and follows the one before, a session is settled once, and none has stored a block twice.
 */
export async function requireIntact(path: string, images: ReadonlyMap<string, string>): Promise<void> {
  const { repository } = await openFolder(path)
  const { place, state } = await readTrialLog(path)
  requireThat(state !== undefined, `${path} has no log`)
  const foreign = state.points.filter(({ point }) => !images.has(point))
  requireThat(
    foreign.length === 0,
    `${path} has points that nobody brought: ${foreign.map(({ point }) => point).join()}`,
  )
  const lost = [...images.keys()].filter((point) => !state.points.some((known) => known.point === point))
  requireThat(lost.length === 0, `${path} lacks points that were committed: ${lost.join()}`)

  const output = `${path}-restored.raw`
  for (const [point, image] of images) {
    await restore(repository, { workload: state.workload.name, point, output })
    requireSameFiles(output, image)
    rmSync(output)
  }
  const { points, damaged, unknown } = await verify(repository, { all: true, readData: "hash", dryRun: true })
  const found = [...damaged, ...unknown].map(({ message }) => message)
  requireThat(found.length === 0, `verify found in ${path}: ${found.join("; ")}`)
  requireThat(points === images.size, `verify looked at ${points} of ${images.size} points in ${path}`)

  const bodies: EntryBody[] = []
  for (let number = 1, before: string | undefined; number <= state.head.number; number++) {
    const { entry, digest } = await readEntry(repository.view, place, number)
    requireThat(entry.previous === before, `${path}: entry ${number} of the log does not follow entry ${number - 1}`)
    bodies.push(entry.body)
    before = digest
  }
  const settled = [
    ...state.points.map(({ session }) => session),
    ...bodies.flatMap((body) => (body.kind === "fence" ? [body.fenced] : [])),
  ]
  const twice = settled.find((session, index) => settled.indexOf(session) !== index)
  requireThat(twice === undefined, `${path}: session ${twice} is settled twice in the log`)
  for (const [session, blocks] of await storedBySession(path)) {
    const blocksTwice = storedTwice([blocks])
    requireThat(blocksTwice.length === 0, `${path}: session ${session} stored ${blocksTwice.length} blocks twice`)
  }
}
