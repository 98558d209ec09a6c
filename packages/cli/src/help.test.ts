import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { openTrial } from "../testing/trial.ts"
import { exitMeanings } from "./exit-codes.ts"

const commands = [
  "init",
  "backup",
  "copy",
  "points",
  "retention",
  "prune",
  "reclaim",
  "keys",
  "restore",
  "verify",
  "show",
  "adopt",
  "store",
]

test("the main help lists the commands and the exit codes", async () => {
  const { exit, stdout, stderr } = await openTrial().bcopy("--help")
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" })
  for (const command of commands) expect(stdout).toMatch(new RegExp(`^  ${command} `, "m"))
  for (const [code, meaning] of Object.entries(exitMeanings))
    expect(stdout).toContain(`${code.padStart(3)}  ${meaning}`)
})

test.for(commands)("the help of %s has an example and the options that every command takes", async (command) => {
  const { exit, stdout, stderr } = await openTrial().bcopy(command, "--help")
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" })
  expect(stdout).toMatch(new RegExp(`\\$ .*bcopy ${command} `))
  for (const option of ["--memory <size>", "--take-over", "--yes", "--json", "--dry-run"])
    expect(stdout).toContain(option)
})

test("a command that does not exist is answered with the one that was meant", async () => {
  expect((await openTrial().bcopy("restor")).stderr).toContain("Did you mean restore?")
})

test("the README names every command, its options and every exit code", async () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8")
  for (const command of commands) {
    const { stdout } = await openTrial().bcopy(command, "--help")
    for (const [option] of stdout.matchAll(/^ {2}(--[a-z-]+)/gm)) expect(readme).toContain(option.trim())
    expect(readme).toContain(`bcopy ${command}`)
  }
  for (const code of Object.keys(exitMeanings)) expect(readme).toMatch(new RegExp(`^\\| +${code} `, "m"))
})
