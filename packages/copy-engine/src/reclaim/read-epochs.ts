import {
  type BackupId,
  type CondemnedList,
  condemnedStage,
  decodeSmallObject,
  FormatError,
  layout,
  parseCondemnedList,
  type PackRuns,
  type RepositoryView,
} from "@bcopy/chain-format"

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

/** Reads where reclaim stands: one list, and a read for each open epoch. @throws FormatError if a list does not open */
export async function readEpochs(view: RepositoryView, backup: BackupId, options: Abortable = {}): Promise<Epochs> {
  const keys: string[] = []
  for (let after: string | undefined; ;) {
    const page = await view.list(layout.condemned(backup), { ...(after !== undefined && { after }), ...options })
    keys.push(...page.keys)
    if (page.next === undefined) break
    after = page.next
  }
  const stages = keys.flatMap((key) => condemnedStage(backup, key) ?? [])
  const closed = stages.reduce((newest, { epoch, stage }) => (stage === "closed" ? Math.max(newest, epoch) : newest), 0)
  const last = closed === 0 ? undefined : await readList(view, backup, closed, "closed", options)
  const open: CondemnedList[] = []
  // Numbers below one that is closed are of who was late: nothing comes of them.
  for (const { epoch, stage } of stages) {
    if (epoch <= closed || stage !== "condemned") continue
    const list = await readList(view, backup, epoch, stage, options)
    // It was closed this very moment: what it took is gone.
    if (list !== undefined) open.push(list)
  }
  return { closed, left: last?.packs ?? [], open: open.toSorted((a, b) => a.epoch - b.epoch), keys }
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
