import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, test } from "vitest"

test("the example measures an image", () => {
  const folder = mkdtempSync(join(tmpdir(), "bcopy-example-"))
  try {
    const image = join(folder, "sda.raw")
    writeFileSync(image, "boot")
    truncateSync(image, 10 << 20)
    const example = join(import.meta.dirname, "../examples/measure-image.ts")
    const args = ["--conditions=@bcopy/source", example, image]
    const printed = execFileSync(process.execPath, args, { encoding: "utf8" })
    const [, read, zero] =
      /^disk: 10485760 bytes, (\d+) blocks read, (\d+) known to be zero\nconsistency: crash\n$/.exec(printed)!
    expect(Number(read) + Number(zero)).toBe(160)
    expect(Number(read)).toBeGreaterThan(0)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
