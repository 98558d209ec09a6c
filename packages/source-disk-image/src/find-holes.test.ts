import { mkdtempSync, rmSync } from "node:fs"
import { open, type FileHandle } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { requireTool } from "@bcopy/require-tool"
import type { Hole } from "@bcopy/source"
import { afterEach, beforeEach, expect, test } from "vitest"
import { filefragExtents } from "./filefrag-extents.ts"
import { findHoles } from "./find-holes.ts"
import type { HoleTool } from "./hole-tool.ts"
import { qemuImgMap } from "./qemu-img-map.ts"

const MiB = 1 << 20

let folder: string
let file: FileHandle

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "bcopy-holes-"))
  file = await open(join(folder, "image"), "w+")
})

afterEach(async () => {
  await file.close()
  rmSync(folder, { recursive: true })
})

function find(sizeBytes: number, tools: readonly HoleTool[], signal?: AbortSignal): Promise<readonly Hole[]> {
  return findHoles(file, { sizeBytes, blockBytes: 64 << 10, tools, ...(signal === undefined ? {} : { signal }) })
}

const tools: [tool: HoleTool, isThere: boolean, needs: string][] = [
  [qemuImgMap, requireTool("qemu-img", "qemu-utils"), "qemu-utils"],
  [filefragExtents, requireTool("filefrag", "e2fsprogs"), "e2fsprogs"],
]

for (const [tool, isThere, needs] of tools) {
  test.skipIf(!isThere)(`${tool.command} finds the holes around what was just written [needs ${needs}]`, async () => {
    await file.truncate(100 * MiB + 777)
    await file.write(Buffer.alloc(10_000, 1), 0, 10_000, 40 * MiB + 5)
    const holes = await find(100 * MiB + 777, [tool])
    expect(holes).toHaveLength(2)
    const [before, behind] = holes as [Hole, Hole]
    expect(before.offsetBytes).toBe(0)
    expect(before.lengthBytes).toBeGreaterThan(39 * MiB)
    expect(before.lengthBytes).toBeLessThanOrEqual(40 * MiB + 5)
    expect(behind.offsetBytes).toBeGreaterThanOrEqual(40 * MiB + 10_005)
    expect(behind.offsetBytes + behind.lengthBytes).toBe(100 * MiB + 777)
  })

  test.skipIf(!isThere)(`${tool.command} gives few holes for a sparse file of 2 TiB [needs ${needs}]`, async () => {
    await file.truncate(2 ** 41)
    for (let at = 0; at < 5; at++) await file.write("x", at * 2 ** 38 + 12_345)
    expect(await find(2 ** 41, [tool])).toHaveLength(5)
  })

  test.skipIf(!isThere)(`${tool.command} gives one hole for a file of nothing else [needs ${needs}]`, async () => {
    await file.truncate(5 * MiB + 1)
    expect(await find(5 * MiB + 1, [tool])).toEqual([{ offsetBytes: 0, lengthBytes: 5 * MiB + 1 }])
  })

  test.skipIf(!isThere)(`${tool.command} gives no hole for a file full of zeros [needs ${needs}]`, async () => {
    await file.write(new Uint8Array(MiB))
    expect(await find(MiB, [tool])).toEqual([])
  })
}

function scripted(script: string): HoleTool {
  const { holes } = qemuImgMap
  return { command: process.execPath, args: ["-e", script], holes }
}

const entry = (length: number) => `[{ "start": 0, "length": ${length}, "zero": true, "data": false}]`
const saysHole = scripted(`console.log('${entry(MiB)}')`)

test.runIf(process.platform === "linux")("the first tool that answers counts", async () => {
  await file.truncate(MiB)
  const absent: HoleTool = { ...saysHole, command: "no-such-program" }
  const failing = scripted(`console.log('${entry(MiB)}'); process.exitCode = 1`)
  expect(await find(MiB, [absent, failing, saysHole])).toEqual([{ offsetBytes: 0, lengthBytes: MiB }])
})

test("without an answer there are no holes: everything is read", async () => {
  await file.truncate(MiB)
  const short = scripted(`console.log('${entry(MiB - 512)}')`)
  const odd = scripted(`console.log('Segmentation fault')`)
  expect(await find(MiB, [short, odd])).toEqual([])
  expect(await find(MiB, [])).toEqual([])
})

test("a signal that fires is Aborted, not an answer", async () => {
  await file.truncate(MiB)
  const slow = scripted("setInterval(() => {}, 1000)")
  await expect(find(MiB, [slow], AbortSignal.timeout(100))).rejects.toMatchObject({ code: "Aborted" })
})
