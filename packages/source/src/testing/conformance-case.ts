import { isSourceError, type SourceErrorCode } from "../source-error.ts"
import type { ContentTree, OpenPoint, Source, SourcePoint } from "../source.ts"

/** What a case is run on; made anew for each case. */
export interface ConformanceSubject {
  readonly source: Source
  /** A point that `source` lists, to be opened. */
  readonly point: SourcePoint
  /** What the point holds, disk by disk in the order in which the source gives them. A few MiB do. */
  readonly expected: readonly ExpectedDisk[]
  /** Block size to open the point with. */
  readonly blockBytes: number
  dispose?(): Promise<void>
}

/** One disk as it should be read. */
export interface ExpectedDisk {
  readonly name: string
  readonly bytes: Uint8Array
  /** A base to compare with, for sources that can tell what is unchanged. */
  readonly base?: { readonly tree: ContentTree; readonly bytes: Uint8Array }
}

/** Makes a subject. Every call gives one that no other case has touched. */
export type MakeSubject = () => Promise<ConformanceSubject>

/** One thing that every source must do; `run` rejects with what was found instead. */
export interface ConformanceCase {
  readonly name: string
  run(make: MakeSubject): Promise<void>
}

/** A case about the source itself. */
export function sourceCase(name: string, check: (subject: ConformanceSubject) => Promise<void>): ConformanceCase {
  return {
    name,
    async run(make) {
      const subject = await make()
      try {
        await check(subject)
      } finally {
        await subject.dispose?.()
      }
    },
  }
}

/** A case about a point that has been opened. */
export function pointCase(
  name: string,
  check: (open: OpenPoint, subject: ConformanceSubject) => Promise<void>,
): ConformanceCase {
  return sourceCase(name, async (subject) => {
    const open = await subject.source.open(subject.point, { blockBytes: subject.blockBytes })
    try {
      await check(open, subject)
    } finally {
      await open.close()
    }
  })
}

/** Throws with `message` unless `holds`. */
export function claim(holds: boolean, message: string): asserts holds {
  if (!holds) throw new Error(message)
}

/** Throws unless `action` rejects with one of `codes`. */
export async function claimRejects(action: () => Promise<unknown>, codes: readonly SourceErrorCode[]): Promise<void> {
  try {
    await action()
  } catch (error) {
    claim(isSourceError(error), `rejected with something that is no SourceError: ${String(error)}`)
    claim(codes.includes(error.code), `rejected with ${error.code} instead of ${codes.join(" or ")}: ${error.message}`)
    return
  }
  throw new Error(`resolved, where ${codes.join(" or ")} was due`)
}
