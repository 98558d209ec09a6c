import type { FileHandle } from "node:fs/promises"
import { throwIfAborted, type Hole } from "@bcopy/source"
import { collectHoles } from "./collect-holes.ts"
import { filefragExtents } from "./filefrag-extents.ts"
import type { HoleTool } from "./hole-tool.ts"
import { qemuImgMap } from "./qemu-img-map.ts"
import { toolLines } from "./tool-lines.ts"

/** What {@link findHoles} looks at, and how. */
export interface FindHolesOptions {
  readonly sizeBytes: number
  /** Holes smaller than a block are of no use. */
  readonly blockBytes: number
  /** Asked in turn until one answers. */
  readonly tools?: readonly HoleTool[]
  readonly signal?: AbortSignal
}

const TOOL_TIMEOUT_MS = 60_000
const MAX_HOLES = 1 << 18

/**
 * Finds the holes of a regular file by asking programs that know them, since Node has no SEEK_HOLE. No hole at all if
 * none of them is there, works on this file system, or says what is expected: then everything is read. The number of
 * allocated blocks is no help: file systems that keep none, or keep small files in their inodes, say 0 for data.
 * @throws SourceError `Aborted`
 */
export async function findHoles(handle: FileHandle, options: FindHolesOptions): Promise<readonly Hole[]> {
  const { sizeBytes, blockBytes, tools = [qemuImgMap, filefragExtents], signal } = options
  if (sizeBytes === 0 || process.platform !== "linux") return []
  try {
    // What is cached but not yet on disk has been taken for a hole by more than one file system.
    await handle.datasync()
  } catch {
    return []
  }
  for (const tool of tools) {
    throwIfAborted(signal, `look for holes with ${tool.command}`)
    try {
      const file = { sizeBytes, allocatedBytes: (await handle.stat()).blocks * 512 }
      const limits = { timeoutMs: TOOL_TIMEOUT_MS, ...(signal === undefined ? {} : { signal }) }
      const holes = tool.holes(toolLines(tool, handle, limits), file)
      return await collectHoles(holes, { sizeBytes, minBytes: blockBytes, limit: MAX_HOLES })
    } catch {
      continue
    }
  }
  throwIfAborted(signal, "look for holes")
  return []
}
