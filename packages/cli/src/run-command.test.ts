import { EngineError, type EngineHost, systemClock, systemHost } from "@bcopy/copy-engine"
import { expect, test } from "vitest"
import type { Call, CliCommand } from "./cli-command.ts"
import type { Io } from "./io.ts"
import { runCommand } from "./run-command.ts"

const quiet: Io = {
  stdout: { write: () => undefined },
  stderr: { write: () => undefined },
  env: {},
  clock: systemClock,
  random: (count: number) => new Uint8Array(count),
  signal: new AbortController().signal,
}

/** What a command that is interrupted in its work writes to stderr. */
async function interrupted(command: Pick<CliCommand<object>, "keepsCheckpoint">): Promise<string> {
  const stop = new AbortController()
  let stderr = ""
  const run = () => {
    stop.abort(new Error("interrupted"))
    return Promise.reject(new EngineError("Interrupted", "it was interrupted"))
  }
  const io = { ...quiet, stderr: { write: (text: string) => (stderr += text) }, signal: stop.signal }
  const call = { options: {}, args: [] }
  expect(await runCommand({ name: "it", define: () => undefined, run, ...command }, call, io)).toBe(130)
  return stderr
}

test("an interrupted command that keeps a checkpoint says so, and that the next run goes on", async () => {
  expect(await interrupted({ keepsCheckpoint: true })).toBe(
    [
      "finishing the checkpoint, press Ctrl-C again to stop at once",
      "bcopy: it was interrupted",
      "  Run the same command again: it goes on from what was stored.",
      "",
    ].join("\n"),
  )
})

test("an interrupted command that keeps none speaks of none", async () => {
  expect(await interrupted({})).toBe(
    [
      "stopping, press Ctrl-C again to stop at once",
      "bcopy: it was interrupted",
      "  Run the same command again.",
      "",
    ].join("\n"),
  )
})

test("a command writes as the host that its surroundings name, and as this process where they name none", async () => {
  const hosts: (EngineHost | undefined)[] = []
  const run = ({ seams }: Call) => {
    hosts.push(seams.host)
    return Promise.resolve({ document: {}, text: "" })
  }
  const command = { name: "it", define: () => undefined, run }
  for (const io of [{ ...quiet, host: systemHost }, quiet]) await runCommand(command, { options: {}, args: [] }, io)
  expect(hosts).toEqual([systemHost, undefined])
})

test("it is told once when an engine begins to work, and not before", async () => {
  const told: string[] = []
  const io = { ...quiet, onWork: () => told.push("work") }
  const run = async ({ seams: { onEvent } }: Call<object>) => {
    told.push("opened")
    for (const workload of ["a", "b"]) onEvent?.({ type: "waiting", workload, reason: "another session is at it" })
    return { text: "", document: {} }
  }
  expect(await runCommand({ name: "it", define: () => undefined, run }, { options: {}, args: [] }, io)).toBe(0)
  expect(told).toEqual(["opened", "work"])
})

test("what the main thread may do of a command is told to who starts threads", async () => {
  const asked: unknown[] = []
  const startMovers = (options: unknown) => {
    asked.push(options)
    return { close: async () => undefined } as never
  }
  const run = async () => ({ text: "", document: {} })
  const command = { name: "it", define: () => undefined, run, movesData: () => true }
  const call = { options: { memory: 1 << 28 }, args: [] }
  await runCommand(command, call, { ...quiet, startMovers })
  await runCommand({ ...command, mayHelp: () => true }, call, { ...quiet, startMovers })
  expect(asked).toEqual([{ memoryBytes: 1 << 28 }, { memoryBytes: 1 << 28, mayHelp: true }])
})
