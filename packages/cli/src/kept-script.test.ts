import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { expect, onTestFinished, test } from "vitest"
import { runKept } from "./kept-script.ts"

interface Exports {
  readonly sum: (a: number, b: number) => number
  readonly url: string
  readonly join: (...parts: readonly string[]) => string
}

const SOURCE = `exports.sum = (a, b) => a + b
exports.url = scriptUrl
exports.join = require("node:path").join
`

function makeTrial() {
  const folder = mkdtempSync(join(tmpdir(), "bcopy-script-"))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, "script.cjs")
  const kept = mkdtempSync(join(folder, "kept-"))
  return {
    file,
    kept,
    write: (source: string) => writeFileSync(file, source),
    run: (use = "copy", ms = 500) => runKept<Exports>(pathToFileURL(file), { folder: kept, use, now: () => ms }),
    /** Runs it once, and keeps. */
    runOnce(use?: string, ms?: number) {
      const script = this.run(use, ms)
      script.keep()
      return script.exports.sum(1, 2)
    },
    names: () => readdirSync(kept).sort(),
    path: () => join(kept, readdirSync(kept)[0] as string),
  }
}

/** A kept file with something else in it, its digest made good again. */
function rewrite(path: string, change: (bytes: Buffer) => void): void {
  const bytes = readFileSync(path)
  change(bytes)
  createHash("sha256").update(bytes.subarray(32)).digest().copy(bytes)
  writeFileSync(path, bytes)
}

test("a script gets what a module of its kind gets, and the next run takes what was kept", () => {
  const trial = makeTrial()
  trial.write(SOURCE)
  const { exports } = trial.run()
  expect(exports).toMatchObject({ url: pathToFileURL(trial.file).href })
  expect([exports.sum(1, 2), exports.join("a", "b")]).toEqual([3, join("a", "b")])
  expect(trial.runOnce()).toBe(3)
  expect(statSync(trial.path()).mode & 0o777).toBe(0o600)
  const { ino } = statSync(trial.path())
  expect(trial.runOnce()).toBe(3)
  expect(statSync(trial.path()).ino).toBe(ino)
})

test("each use keeps its own, and another script never gets it", () => {
  const trial = makeTrial()
  trial.write(SOURCE)
  trial.runOnce("copy")
  trial.runOnce("backup")
  expect(trial.names()).toHaveLength(2)
  trial.write(SOURCE.replace("a + b", "a - b"))
  expect(trial.runOnce("copy")).toBe(-1)
  expect(trial.names()).toHaveLength(3)
})

test("what is damaged or cut short is not run, and kept anew", () => {
  const trial = makeTrial()
  trial.write(SOURCE)
  trial.runOnce()
  const path = trial.path()
  const good = readFileSync(path)
  const bad: readonly (() => void)[] = [
    () =>
      writeFileSync(
        path,
        good.map((byte, at) => (at === good.length - 9 ? byte ^ 1 : byte)),
      ),
    () => writeFileSync(path, good.subarray(0, good.length >> 1)),
    () => writeFileSync(path, ""),
  ]
  for (const [at, spoil] of bad.entries()) {
    spoil()
    const spoilt = readFileSync(path)
    expect(trial.runOnce(), `${at}`).toBe(3)
    expect(readFileSync(path).equals(spoilt), `${at}`).toBe(false)
    const { ino } = statSync(path)
    trial.runOnce()
    expect(statSync(path).ino, `${at}`).toBe(ino)
  }
})

test("what is of another V8 is kept anew", () => {
  const trial = makeTrial()
  trial.write(SOURCE)
  const url = JSON.stringify(pathToFileURL(trial.file))
  // In processes of their own: what V8 has compiled it does not compile again.
  const runApart = (flag: string) => {
    const program = `
      import { runKept } from "./kept-script.ts"
      const script = runKept(new URL(${url}), { folder: ${JSON.stringify(trial.kept)}, use: "copy" })
      script.keep()
      process.stdout.write(String(script.exports.sum(1, 2)))`
    return execFileSync(process.execPath, [flag, "--input-type=module", "--eval", program], {
      cwd: import.meta.dirname,
      encoding: "utf8",
    })
  }
  const kept: number[] = []
  for (const flag of ["--maglev", "--maglev", "--no-maglev", "--no-maglev"]) {
    expect(runApart(flag)).toBe("3")
    kept.push(statSync(trial.path()).ino)
  }
  expect(kept.map((ino, at) => ino === kept[at - 1])).toEqual([false, true, false, true])
})

test("a run that took longer, and came to more code, keeps that", () => {
  const trial = makeTrial()
  trial.write(SOURCE)
  trial.runOnce()
  const path = trial.path()
  /** Whether a run of so long keeps its own, when the one before took `ms`, and came to so much. */
  const keepsOver = (ms: number, codeBytes: number, ranMs: number) => {
    rewrite(path, (bytes) => {
      bytes.writeDoubleBE(ms, 32)
      bytes.writeDoubleBE(codeBytes, 40)
    })
    const { ino } = statSync(path)
    trial.runOnce("copy", ranMs)
    return statSync(path).ino !== ino
  }
  expect(keepsOver(400, 1, 601)).toBe(true)
  expect(keepsOver(400, 1e12, 601)).toBe(false)
  expect(keepsOver(400, 1, 599)).toBe(false)
  // One of ten seconds no longer has all that it began with.
  expect(keepsOver(400, 1, 10_000)).toBe(false)
  expect(keepsOver(10_000, 1e12, 500)).toBe(true)
  expect(keepsOver(20_000, 1, 10_000)).toBe(false)
})

test("what nobody used for long is let go; without a folder, or where it cannot be written to, nothing is kept", () => {
  const trial = makeTrial()
  trial.write(SOURCE)
  const old = join(trial.kept, "0123-copy.code")
  const recent = join(trial.kept, "4567-copy.code")
  for (const path of [old, recent]) writeFileSync(path, "x")
  utimesSync(old, 1_000_000, 1_000_000)
  trial.runOnce()
  expect(trial.names()).toContain("4567-copy.code")
  expect(trial.names()).not.toContain("0123-copy.code")
  const url = pathToFileURL(trial.file)
  for (const folder of [undefined, join(trial.file, "below")]) {
    const script = runKept<Exports>(url, { folder, use: "copy" })
    script.keep()
    expect(script.exports.sum(2, 2)).toBe(4)
  }
})

test("what it throws says where, as of a module", () => {
  const trial = makeTrial()
  trial.write(`throw new Error("first")`)
  const thrown = (): string => {
    try {
      trial.run()
      return ""
    } catch (error) {
      return (error as Error).stack ?? ""
    }
  }
  expect(thrown()).toContain(`${trial.file}:1:7`)
  trial.write(`\n  throw new Error("second")`)
  expect(thrown()).toContain(`${trial.file}:2:9`)
})
