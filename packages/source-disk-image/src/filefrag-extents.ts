import type { Hole } from "@bcopy/source"
import type { HoleTool, HoleToolFile } from "./hole-tool.ts"
import { TOOL_FILE } from "./tool-lines.ts"

const type = /^Filesystem type is: [0-9a-f]+$/
const size = /^File size of \/proc\/self\/fd\/3 is (\d+) \((\d+) blocks? of (\d+) bytes\)$/
const heading = /^ ext:\s+logical_offset:\s+physical_offset:\s+length:\s+expected:\s+flags:$/
const extent = /^ *(\d+): *(\d+)\.\. *(\d+): *\d+\.\. *\d+: *(\d+):(?: *\d+:)? *([a-z_,]*)$/
const summary = /^\/proc\/self\/fd\/3: (\d+) extents? found$/

/**
 * `filefrag`, which asks the file system for its extents after writing back what is cached (`-s`). Every extent is data,
 * also one that is not written yet; only what lies between them is a hole.
 */
export const filefragExtents: HoleTool = {
  command: "filefrag",
  args: ["-v", "-s", TOOL_FILE],
  async *holes(lines, file): AsyncGenerator<Hole> {
    let blockBytes = 0
    let count = 0
    let next = 0
    let isLast = false
    let found: number | undefined
    for await (const line of lines) {
      const sizes = size.exec(line)
      const fields = extent.exec(line)
      const total = summary.exec(line)
      if (found !== undefined) throw new Error(`filefrag goes on behind its summary: ${line}`)
      if (sizes !== null) blockBytes = blockBytesOf(sizes, file)
      else if (total !== null) found = Number(total[1])
      else if (fields !== null) {
        const [index, first, last, length] = fields.slice(1, 5).map(Number) as [number, number, number, number]
        const flags = (fields[5] ?? "").split(",")
        if (isLast || index !== count || first < next || last !== first + length - 1 || blockBytes === 0)
          throw new Error(`filefrag has an extent that does not fit the ones before: ${line}`)
        // Block by block (FIBMAP), as on file systems without extents: what is cached only would look like a hole.
        if (flags.includes("merged")) throw new Error(`filefrag has guessed an extent: ${line}`)
        yield* holeBetween(next, first, blockBytes, file)
        next = last + 1
        count++
        isLast = flags.includes("last")
      } else if (!type.test(line) && !heading.test(line)) throw new Error(`filefrag says more than expected: ${line}`)
    }
    const isEmpty = found === 0 && count === 0 && file.allocatedBytes === 0
    const isWhole = found !== undefined && found > 0 && isLast
    if (blockBytes === 0 || (!isEmpty && !isWhole))
      throw new Error(`filefrag lists ${count} extents, sums up ${found}, of ${file.allocatedBytes} bytes allocated`)
    yield* holeBetween(next, Math.ceil(file.sizeBytes / blockBytes), blockBytes, file)
  },
}

function blockBytesOf(sizes: RegExpExecArray, file: HoleToolFile): number {
  const [sizeBytes, blocks, blockBytes] = sizes.slice(1).map(Number) as [number, number, number]
  if (sizeBytes < file.sizeBytes || blocks !== Math.ceil(sizeBytes / blockBytes))
    throw new Error(
      `filefrag sees ${sizeBytes} bytes in ${blocks} blocks of ${blockBytes}, not ${file.sizeBytes} bytes`,
    )
  return blockBytes
}

function* holeBetween(first: number, behind: number, blockBytes: number, { sizeBytes }: HoleToolFile): Generator<Hole> {
  const offsetBytes = first * blockBytes
  const end = Math.min(behind * blockBytes, sizeBytes)
  if (end > offsetBytes) yield { offsetBytes, lengthBytes: end - offsetBytes }
}
