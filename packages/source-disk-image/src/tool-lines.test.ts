import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { open, type FileHandle } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { TOOL_FILE, toolLines } from "./tool-lines.ts"

let folder: string
let file: FileHandle

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "bcopy-tool-"))
  writeFileSync(join(folder, "json:x"), "content of the file")
  file = await open(join(folder, "json:x"))
})

afterEach(async () => {
  await file.close()
  rmSync(folder, { recursive: true })
})

async function run(script: string, timeoutMs = 20_000, signal?: AbortSignal): Promise<string[]> {
  const lines: string[] = []
  const limits = { timeoutMs, ...(signal === undefined ? {} : { signal }) }
  for await (const line of toolLines({ command: process.execPath, args: ["-e", script] }, file, limits))
    lines.push(line)
  return lines
}

test("what a program prints comes line by line", async () => {
  expect(await run(`process.stdout.write("one\\ntwo\\n\\nthree")`)).toEqual(["one", "two", "", "three"])
})

test.runIf(process.platform === "linux")("the program finds the open file, whatever its name", async () => {
  expect(await run(`console.log(fs.readFileSync("${TOOL_FILE}", "utf8"))`)).toEqual(["content of the file"])
})

test("the program speaks the C locale and sees nothing else of the environment", async () => {
  const [names] = await run(`console.log(Object.keys(process.env).sort().join())`)
  expect(names).toBe("LC_ALL,PATH")
})

test("a program that is not there throws", async () => {
  const lines = toolLines({ command: "no-such-program", args: [] }, file, { timeoutMs: 20_000 })
  const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length
  const before = timers()
  await expect(lines.next()).rejects.toThrow(/ENOENT/)
  // A timer that is left would keep the whole program for as long.
  expect(timers()).toBe(before)
})

test("a status other than 0 throws after the lines, so that half an answer is none", async () => {
  await expect(run(`console.log("half"); process.exitCode = 3`)).rejects.toThrow(/ended with 3/)
})

test("a program that takes too long is killed", async () => {
  await expect(run(`console.log("half"); setInterval(() => {}, 1000)`, 500)).rejects.toThrow(
    /did not end within 500 ms/,
  )
})

test("a program is killed when the signal fires", async () => {
  await expect(run(`setInterval(() => {}, 1000)`, 20_000, AbortSignal.timeout(200))).rejects.toThrow(/abort/)
})

test("an endless line throws and ends the program", async () => {
  await expect(run(`for (;;) fs.writeSync(1, "x".repeat(4096))`)).rejects.toThrow(/at most 65536 are expected/)
})
