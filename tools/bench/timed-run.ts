import { spawn } from "node:child_process"
import { readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { text } from "node:stream/consumers"

/** What a program took, as GNU time counts it: the whole process, with its children. */
export interface TimedRun {
  readonly wallMs: number
  /** User and system time. */
  readonly cpuMs: number
  /** The most memory that its largest process had at a time. */
  readonly peakKib: number
  /** What it wrote. */
  readonly output: string
}

export interface TimedRunOptions {
  readonly cwd: string
  readonly environment?: Readonly<Record<string, string>>
}

/** Runs a program and measures it. @throws Error with what it said, if it does not end with status 0 */
export async function timedRun(command: readonly string[], options: TimedRunOptions): Promise<TimedRun> {
  const { cwd, environment = {} } = options
  const report = join(cwd, `time-${process.pid}.txt`)
  const startMs = performance.now()
  const child = spawn("time", ["-o", report, "-f", "%e %U %S %M", ...command], {
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...environment },
  })
  const [output, said] = [text(child.stdout), text(child.stderr)]
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject)
    child.on("close", resolve)
  })
  const wallMs = performance.now() - startMs
  if (status !== 0) throw new Error(`${command.join(" ")} ended with ${status}: ${(await said).trim().slice(-500)}`)
  const [, user = 0, system = 0, peakKib = 0] = readFileSync(report, "utf8").trim().split(" ").map(Number)
  rmSync(report)
  return { wallMs, cpuMs: (user + system) * 1000, peakKib, output: await output }
}
