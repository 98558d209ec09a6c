import type { Aftermath } from "./aftermath.ts"
import type { ObjectName } from "./mutated-repository.ts"

/** Nothing is lost, nobody is told anything, and the workload goes on. */
export const harmless: Aftermath = { restore: [], points: [], verify: [], copy: ["4 copied"], backUp: "increment" }
/** The repository does not open. */
const closed: Aftermath = { restore: [], points: [], verify: [], copy: [], backUp: "", open: "Damaged" }

/** An entry of web01's log is broken: points behind it are readable, and verify gives it up. */
function broken(entry: number): Aftermath {
  const copy = ["4 copied", "list: Damaged"]
  return {
    ...harmless,
    points: [`entry ${entry} broken`],
    verify: ["-: damaged"],
    copy,
    backUp: "Damaged",
    mended: "increment",
  }
}

const CATALOGUE = 64
const NEWEST = 65

/** What comes of mutations of one object. */
export interface Row {
  /** Beginnings of the mutations' names; without them all that no row before took. */
  readonly by?: readonly string[]
  readonly aftermath: Aftermath
  /** What a person is told of it by, where that is not the object. */
  readonly called?: RegExp
  readonly because: string
}

const unnamed: Row = {
  by: ["replay"],
  aftermath: harmless,
  because: "no point names a pack of that number; a session never gives a number twice",
}
const unasked: Row = {
  by: ["flip: version"],
  aftermath: harmless,
  because:
    "no reader needs a pack's header or footer, and merging leaves such a pack alone; who authenticates finds it",
}
const ahead: Row = {
  by: ["replay"],
  aftermath: broken(NEWEST + 1),
  because: "what is sealed for one number opens under no other: it is a broken entry at the head",
}
const repeated: readonly Row[] = [
  ahead,
  {
    aftermath: harmless,
    because: "all later entries up to the next catalogue repeat what it said: nobody reads it again",
  },
]

const birthRows = {
  clear: [
    {
      aftermath: closed,
      because:
        "the settings know its digest, which is asked before anything that it says; without it no id can be computed",
    },
  ],
  sealed: [
    {
      by: ["flip: version"],
      aftermath: { ...closed, open: "NeedsNewer" },
      called: /needs a newer bcopy/,
      because: "what knows its digest is sealed, and nobody looks for keys as a version that he does not know says",
    },
    {
      by: ["swap"],
      aftermath: { ...closed, open: "WrongKey" },
      called: /none of its \d key slots/,
      because: "the slots that lie there are of another repository, and open nothing of this one",
    },
    { aftermath: closed, because: "without it no slot is known to be of this repository" },
  ],
} satisfies Readonly<Record<string, readonly Row[]>>

const rows: Readonly<Record<Exclude<ObjectName, "the birth certificate">, readonly Row[]>> = {
  "the repository's settings": [
    {
      aftermath: closed,
      because: "nothing names the newest settings but their place; their seal tells damage from what is newer",
    },
  ],
  "the job's settings": [
    {
      aftermath: { ...harmless, verify: ["-: damaged"], copy: ["1 copied", "list: Damaged"] },
      because: "no point depends on them, and the next backup writes them anew; a copy alone must know the job's name",
    },
  ],
  "the opening entry": repeated,
  "the oldest point's entry": [
    ahead,
    {
      aftermath: {
        ...harmless,
        restore: ["first: Damaged"],
        points: ["first: damaged"],
        verify: ["first: damaged"],
        copy: ["1 copied", "web01: Damaged"],
      },
      because: "later entries know its digest; a workload is copied in the order of its chain, up to what fails",
    },
  ],
  "the fence": repeated,
  "a pin": repeated,
  "the catalogue": [
    ahead,
    {
      aftermath: broken(CATALOGUE),
      because: "the entries behind it know its digest, those before it repeat what it said",
    },
  ],
  "the newest point's entry": [
    ahead,
    {
      by: ["delete"],
      aftermath: { ...harmless, restore: ["third: NotFound"], points: ["third: not listed"], copy: ["3 copied"] },
      because: "nothing names the newest entry: docs/design.md, Threat model",
    },
    {
      aftermath: {
        ...broken(NEWEST),
        restore: ["third: Damaged"],
        points: ["third: not listed", `entry ${NEWEST} broken`],
        copy: ["3 copied", "list: Damaged"],
      },
      because: "a number that is taken by what does not open was a point, or may have been",
    },
  ],
  "a shared data pack": [
    unnamed,
    unasked,
    {
      by: ["truncate: by one byte", "truncate: garbage"],
      aftermath: { ...harmless, verify: ["second: damaged", "third: damaged"] },
      because: "its slots are all there, its size is not the one that the pack table knows",
    },
    {
      aftermath: {
        ...harmless,
        restore: ["second: Damaged", "third: Damaged"],
        verify: ["second: damaged", "third: damaged"],
        copy: ["2 copied", "web01: Damaged"],
        backUp: "increment, next: Damaged",
        mended: "increment",
      },
      because:
        "an increment does not read the blocks that it leaves unchanged: only after verify it builds on what is whole",
    },
  ],
  "an older map pack": [
    unnamed,
    unasked,
    {
      by: ["truncate: by one byte", "truncate: garbage"],
      aftermath: { ...harmless, verify: ["second: damaged"] },
      because: "its pages are all there, its size is not the one that the point knows",
    },
    {
      aftermath: {
        ...harmless,
        restore: ["second: Damaged"],
        verify: ["second: damaged"],
        copy: ["2 copied", "web01: Damaged"],
      },
      because: "its pages are of the second point alone",
    },
  ],
  "the newest map pack": [
    unnamed,
    unasked,
    {
      by: ["truncate: by one byte", "truncate: garbage"],
      aftermath: { ...harmless, verify: ["third: damaged"] },
      because: "its pages are all there, its size is not the one that the point knows",
    },
    {
      aftermath: {
        ...harmless,
        restore: ["third: Damaged"],
        verify: ["third: damaged"],
        copy: ["3 copied", "web01: Damaged"],
        backUp: "Damaged",
        mended: "increment",
      },
      because: "the next point would build on its pages, until verify has marked the point that they are of",
    },
  ],
  "the dead session's beat": [
    {
      aftermath: { ...harmless, backUp: "full" },
      because: "a beat that says nothing loses progress, never data: docs/format.md",
    },
  ],
}

/** The rows of an object, by how the repository is sealed. */
export function rowsOf(name: ObjectName, suite: "clear" | "sealed"): readonly Row[] {
  return name === "the birth certificate" ? birthRows[suite] : rows[name]
}
