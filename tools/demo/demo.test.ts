import { spawnSync } from "node:child_process"
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, onTestFinished, test } from "vitest"

// The short way, without a bucket, is what CI runs as the README says it.
test(
  "the demo gets everything back from a bucket, without a terminal and without mke2fs, and leaves nothing behind",
  { timeout: 120_000 },
  () => {
    const temporary = mkdtempSync(join(tmpdir(), "bcopy-demo-test-"))
    onTestFinished(() => rmSync(temporary, { recursive: true }))
    const places = { TMPDIR: temporary, TEMP: temporary, BCOPY_TEST_S3_URL: "" }
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ["--conditions=@bcopy/source", join(import.meta.dirname, "demo.ts"), "--synthetic", "--s3", "--built"],
      { encoding: "utf8", env: { ...process.env, FORCE_COLOR: "0", ...places } },
    )
    expect({ status, stderr: stderr.match(/failed|bcopy:.*/g) }).toEqual({ status: 0, stderr: null })
    expect(stdout.match(/✓ .*: the same, byte by byte/g)).toHaveLength(4)
    expect(stdout).toContain("copy --from local --to s3://")
    expect(stdout + stderr).not.toMatch(/[^\P{Cc}\n]/u)
    expect(readdirSync(temporary)).toEqual([])
  },
)
