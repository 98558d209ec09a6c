import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs"
import { open } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { deviceSize, sizeByReading } from "./device-size.ts"
import { diskImageSource } from "./disk-image-source.ts"

let folder: string
let path: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bcopy-device-"))
  path = join(folder, "image")
  writeFileSync(path, "")
})

afterEach(() => rmSync(folder, { recursive: true }))

for (const sizeBytes of [0, 1, 511, 512, 513, 1024, 1_000_000, 2 ** 40 + 512])
  test(`the end at ${sizeBytes} bytes is found by reading`, async () => {
    truncateSync(path, sizeBytes)
    const handle = await open(path)
    try {
      expect(await sizeByReading(handle)).toBe(sizeBytes)
    } finally {
      await handle.close()
    }
  })

/** Attaches the image as a block device, where this machine lets us. */
function attach(): string | undefined {
  try {
    return execFileSync("losetup", ["--find", "--show", path], { encoding: "utf8", stdio: "pipe" }).trim()
  } catch {
    return undefined
  }
}

test("a block device is read whole, without identity, as a moment unless changes are allowed", async (context) => {
  truncateSync(path, 3 << 20)
  const device = attach()
  if (device === undefined) return context.skip("needs root and a free loop device")
  try {
    const handle = await open(device)
    try {
      expect(await deviceSize(handle, statSync(device, { bigint: true }).rdev)).toBe(3 << 20)
      expect(await sizeByReading(handle)).toBe(3 << 20)
    } finally {
      await handle.close()
    }
    for (const [allowChanging, consistency] of [
      [false, "crash"],
      [true, "fuzzy"],
    ] as const) {
      const disks = [{ name: "sda", path: device }]
      const clock = { now: () => 0 }
      const source = diskImageSource({ workload: "w", platform: "generic", disks, allowChanging, clock })
      for await (const point of source.list()) {
        expect(point.identity).toBeUndefined()
        const opened = await source.open(point, { blockBytes: 1 << 20 })
        const [disk] = opened.disks
        const spans: unknown[] = []
        for await (const span of disk!.spans()) spans.push(span)
        expect(spans).toEqual([{ kind: "data", first: 0, count: 3 }])
        const into = new Uint8Array(2 << 20).fill(1)
        await disk!.read(1, 2, into)
        expect(into.every((byte) => byte === 0)).toBe(true)
        expect(await opened.finish()).toBe(consistency)
        await opened.close()
      }
    }
  } finally {
    execFileSync("losetup", ["--detach", device])
  }
})
