import type { Hole } from "@bcopy/source"
import type { HoleTool, HoleToolFile } from "./hole-tool.ts"
import { TOOL_FILE } from "./tool-lines.ts"

interface MapEntry {
  readonly start: number
  readonly length: number
  readonly zero: boolean
  readonly data: boolean
}

/** `qemu-img map`, which asks the file system with SEEK_HOLE. `-U`: a running machine may hold the image's lock. */
export const qemuImgMap: HoleTool = {
  command: "qemu-img",
  args: ["map", "-U", "--output=json", "-f", "raw", TOOL_FILE],
  async *holes(lines, { sizeBytes }: HoleToolFile): AsyncGenerator<Hole> {
    let next = 0
    let isOpen = false
    let isClosed = false
    for await (const line of lines) {
      if (isClosed || line.startsWith("[") === isOpen) throw new Error(`qemu-img map is not one array: ${line}`)
      isOpen = true
      isClosed = line.endsWith("]")
      if (!isClosed && !line.endsWith(",")) throw new Error(`qemu-img map ends a line with neither , nor ]: ${line}`)
      const { start, length, zero, data } = parseEntry(line.slice(line.startsWith("[") ? 1 : 0, -1))
      if (start !== next) throw new Error(`qemu-img map goes on at ${start} instead of ${next}`)
      next += length
      const end = Math.min(next, sizeBytes)
      if (zero && !data && start < end) yield { offsetBytes: start, lengthBytes: end - start }
    }
    if (!isClosed || next < sizeBytes) throw new Error(`qemu-img map ends at ${next} of ${sizeBytes} bytes`)
  },
}

function parseEntry(text: string): MapEntry {
  const entry = JSON.parse(text) as Partial<Record<keyof MapEntry, unknown>>
  const { start, length, zero, data } = entry
  if (!isCount(start) || !isCount(length) || typeof zero !== "boolean" || typeof data !== "boolean")
    throw new Error(`qemu-img map has an entry of another shape: ${text}`)
  return { start, length, zero, data }
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0
}
