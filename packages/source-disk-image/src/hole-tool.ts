import type { Hole } from "@bcopy/source"
import type { ToolCommand } from "./tool-lines.ts"

/** The file that a tool looks at. */
export interface HoleToolFile {
  readonly sizeBytes: number
  /** What the file system says it allocated for the file. */
  readonly allocatedBytes: number
}

/** A program that knows where a file has holes. */
export interface HoleTool extends ToolCommand {
  /**
   * Reads the program's output: the holes in ascending order, cut at the end of the file. Anything that it does not
   * expect throws: a hole too few costs time, a hole too many costs data.
   */
  holes(lines: AsyncIterable<string>, file: HoleToolFile): AsyncIterable<Hole>
}
