import {
  type BackupId,
  type CondemnedList,
  condemnedStage,
  decodeSmallObject,
  FormatError,
  isDamage,
  layout,
  parseCondemnedList,
  type PackRuns,
  type RepositoryView,
} from "@bcopy/chain-format"
import { asEngineError } from "../as-engine-error.ts"
import { EngineError } from "../engine-error.ts"

/** Where reclaim stands in a backup. */
export interface Epochs {
  /** The newest epoch that is closed; 0 if none is. */
  readonly closed: number
  /** What closed epochs could not delete. */
  readonly left: readonly PackRuns[]
  /** Epochs that are not, ascending, with what each condemns; usually none, at most one unless somebody was very late. */
  readonly open: readonly CondemnedList[]
  /** All keys there are, for who clears up. */
  readonly keys: readonly string[]
}

interface Abortable {
  readonly signal?: AbortSignal
}

/** How often the lists are looked at again that went while they were being read. */
const LOOKS = 5

/**
 * Reads where reclaim stands: one list, and a read for each open epoch and for the newest closed one. What does not open is
 * nobody's: who can put, but has no key, can neither stop the backup by it nor call an epoch closed.
 * @throws EngineError `NeedsNewer` if a list uses what this version does not know; StoreError
 */
export async function readEpochs(view: RepositoryView, backup: BackupId, options: Abortable = {}): Promise<Epochs> {
  for (let look = 1; ; look++) {
    const found = await readOnce(view, backup, options)
    if (found !== undefined) return found
    if (look === LOOKS)
      throw new EngineError("Busy", `${view.name}: epochs of reclaim end faster than they can be read`)
  }
}

/** `undefined` if a list was gone that had been listed a moment before. */
async function readOnce(view: RepositoryView, backup: BackupId, options: Abortable): Promise<Epochs | undefined> {
  const keys: string[] = []
  for (let after: string | undefined; ;) {
    const page = await view.list(layout.condemned(backup), { ...(after !== undefined && { after }), ...options })
    keys.push(...page.keys)
    if (page.next === undefined) break
    after = page.next
  }
  const stages = keys.flatMap((key) => condemnedStage(backup, key) ?? [])
  let last: CondemnedList | undefined
  const ended = stages.filter(({ stage }) => stage === "closed").map(({ epoch }) => epoch)
  for (const epoch of ended.toSorted((a, b) => b - a)) {
    const list = await readSound(view, backup, epoch, "closed", options)
    if (list === "gone") return undefined
    if (list === "unreadable") continue
    last = list
    break
  }
  const closed = last?.epoch ?? 0
  const open: CondemnedList[] = []
  // Numbers below one that is closed are of who was late: nothing comes of them.
  for (const { epoch, stage } of stages) {
    if (epoch <= closed || stage !== "condemned") continue
    const list = await readSound(view, backup, epoch, stage, options)
    // It was closed this very moment, and its lists were cleared away.
    if (list === "gone") return undefined
    if (list !== "unreadable") open.push(list)
  }
  return { closed, left: last?.packs ?? [], open: open.toSorted((a, b) => a.epoch - b.epoch), keys }
}

async function readSound(
  view: RepositoryView,
  backup: BackupId,
  epoch: number,
  stage: CondemnedList["stage"],
  options: Abortable,
): Promise<CondemnedList | "gone" | "unreadable"> {
  try {
    return (await readList(view, backup, epoch, stage, options)) ?? "gone"
  } catch (error) {
    if (isDamage(error)) return "unreadable"
    throw asEngineError(error, `${view.name}: this repository needs a newer bcopy: epoch ${epoch} of reclaim`)
  }
}

/** One list of an epoch; `undefined` if it is proven absent. @throws FormatError */
export async function readList(
  view: RepositoryView,
  backup: BackupId,
  epoch: number,
  stage: CondemnedList["stage"],
  options: Abortable = {},
): Promise<CondemnedList | undefined> {
  const objectKey = layout.condemnedList(backup, epoch, stage)
  const bytes = await view.read(objectKey, options)
  if (bytes === undefined) return undefined
  const { suite, codec } = view
  const list = parseCondemnedList(decodeSmallObject("condemned", bytes, { suite, codec, objectKey }), objectKey)
  if (list.epoch !== epoch || list.stage !== stage)
    throw new FormatError("Inconsistent", `${objectKey} says it is ${list.stage} of epoch ${list.epoch}`)
  return list
}
