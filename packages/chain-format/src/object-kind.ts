import { FormatError } from "./format-error.ts"

/** docs/format.md, Kinds: the byte that says what a pack holds; sealed into every slot. */
export const objectKinds = {
  dataPack: 1,
  mapPack: 2,
  repositorySettings: 3,
  backupSettings: 4,
  logEntry: 5,
  sessionBeat: 6,
  keySlot: 7,
  epochKey: 8,
  condemned: 9,
  readingSession: 10,
} as const

export type ObjectKind = keyof typeof objectKinds

const byNumber = new Map<number, ObjectKind>(
  Object.entries(objectKinds).map(([name, number]) => [number, name as ObjectKind]),
)

/** @throws FormatError `BadValue` for a number that is no kind */
export function parseObjectKind(number: number): ObjectKind {
  const kind = byNumber.get(number)
  if (kind === undefined) throw new FormatError("BadValue", `object kind ${number} is not one of 1 to 10`)
  return kind
}

/** Whether objects of this kind have many slots and a footer; all others have one slot. */
export function hasFooter(kind: ObjectKind): boolean {
  return kind === "dataPack" || kind === "mapPack"
}
