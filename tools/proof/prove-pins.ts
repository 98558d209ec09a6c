import { rmSync, truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { findWorkload, pinPoint, removePoints, type Repository, restoreRemoved, unpinPoint } from "@bcopy/copy-engine"
import { openFolder } from "./open-folder.ts"
import { renderSeconds } from "./render-figures.ts"
import { requireSameFiles } from "./require-same-files.ts"
import { requireThat } from "./require-that.ts"
import { runBcopy } from "./run-bcopy.ts"
import type { Proof } from "./stage.ts"

/** Entries appended to the log that a copy is about to commit to. */
const APPENDS = 100
const UNDO_MS = 7 * 24 * 60 * 60_000

/** Pins, removals and what takes them back, appended to the very log, do not stop a copy. */
export const provePins: Proof = async ({ folder, images }) => {
  const from = join(folder, "pins-from")
  const to = join(folder, "pins-to")
  const small = join(folder, "pins.raw")
  const image = images[0] as string
  for (const path of [from, to]) await runBcopy(["init", "--repo", path, "--no-encryption"])
  const backUp = (path: string) => runBcopy(["backup", "--repo", from, ...named, `disk=${path}`])
  // Two points of next to nothing are there; the third is the whole image, and takes its time.
  for (const content of ["one", "two"]) {
    writeFileSync(small, content)
    truncateSync(small, 1 << 20)
    await backUp(small)
  }
  const copyAll = ["copy", "--from", from, "--to", to, "--select", "all"]
  await runBcopy(copyAll)
  await backUp(image)

  const { repository } = await openFolder(to)
  let appending: Promise<number> | undefined
  let ended = false
  const copying = runBcopy(copyAll, {
    onEvent: ({ type }) => {
      if (type === "task") appending ??= appendMany(repository, () => ended)
    },
  })
  const { tookMs } = await copying.finally(() => (ended = true))
  const appended = (await appending) ?? 0
  requireThat(appended >= APPENDS, `only ${appended} entries were appended before the copy had ended`)
  const { points = [] } = (await runBcopy(["points", "--repo", to])).document
  requireThat(points.length === 3, `the copy has ${points.length} points, 3 were due`)
  const output = join(folder, "pins-restored.raw")
  await runBcopy(["restore", "--repo", to, "--workload", "web", "--output", output])
  requireSameFiles(output, image)
  for (const path of [from, to, small, output]) rmSync(path, { recursive: true })
  return [
    {
      claim: `${APPENDS} pins, removals and undos during a copy, in its own log, do not stop it`,
      figures: [`${appended} entries were appended while the copy ran (${renderSeconds(tookMs)})`],
    },
  ]
}

/** Pins, lets go, removes and takes back the oldest point, again and again; gives the number of entries. */
async function appendMany(repository: Repository, ended: () => boolean): Promise<number> {
  let appended = 0
  while (appended < APPENDS) {
    const found = await findWorkload(repository, { job: "nightly", workload: "web" })
    const entry = (found.state.points[0] ?? found.state.removed[0]?.point)?.entry as number
    const removed = found.state.removed.find(({ point }) => point.seq === 1)
    if (removed !== undefined) await restoreRemoved(repository, found, removed.point.entry)
    else if (appended % 4 === 0) await pinPoint(repository, found, entry, "held during the proof")
    else if (appended % 4 === 1) await unpinPoint(repository, found, entry)
    else await removePoints(repository, found, [entry], { undoMs: UNDO_MS })
    // Only what was appended while the copy ran counts.
    if (ended()) return appended
    appended++
  }
  return appended
}

const named = ["--job", "nightly", "--workload", "web"]
