import { spawnSync } from "node:child_process"
import { join } from "node:path"
import { expect, test } from "vitest"

test("a process that only waits is not taken for finished", () => {
  const script = `
    import { systemClock } from ${JSON.stringify(join(import.meta.dirname, "clock.ts"))}
    await systemClock.sleep(50)
    console.log("awake")`
  const { status, stdout } = spawnSync(process.execPath, ["--input-type=module", "--eval", script], {
    encoding: "utf8",
    env: { ...process.env, FORCE_COLOR: "0" },
  })
  expect({ status, stdout }).toEqual({ status: 0, stdout: "awake\n" })
})

test("a sleep that is stopped ends with the reason, and holds up nobody", async () => {
  const { systemClock } = await import("./clock.ts")
  const stop = new AbortController()
  const sleep = systemClock.sleep(60_000, stop.signal)
  stop.abort(new Error("enough"))
  await expect(sleep).rejects.toThrow("enough")
})
