import { type ChildProcess, spawn, type StdioOptions } from "node:child_process"
import { createHash, randomBytes } from "node:crypto"
import { closeSync, ftruncateSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { systemClock } from "@bcopy/copy-engine"
import { onTestFinished } from "vitest"
import { run } from "../src/cli.ts"
import type { Io } from "../src/io.ts"

/** What a run of the program came to. */
export interface Ran {
  readonly exit: number
  readonly stdout: string
  readonly stderr: string
}

/** A temporary folder to run the program in. */
export interface Trial {
  /** A path in the folder. */
  at(name: string): string
  /** Runs the program in this process. */
  bcopy(...argv: string[]): Promise<Ran>
  /** The same with other surroundings. */
  bcopyWith(io: Partial<Io> & { readonly onStderr?: (text: string) => void }, ...argv: string[]): Promise<Ran>
}

/** Opens a trial that is gone when the test is over, or when whatever else is given says so. */
export function openTrial(whenOver: (remove: () => void) => void = onTestFinished): Trial {
  const folder = mkdtempSync(join(tmpdir(), "bcopy-cli-"))
  whenOver(() => rmSync(folder, { recursive: true, force: true }))
  const bcopyWith: Trial["bcopyWith"] = async ({ onStderr, env, ...io }, ...argv) => {
    let stdout = ""
    let stderr = ""
    const exit = await run(argv, {
      stdout: { write: (text) => (stdout += text) },
      stderr: {
        write(text) {
          stderr += text
          onStderr?.(text)
        },
      },
      // Nothing that is remembered outlives the trial.
      env: { BCOPY_CONFIG_DIR: join(folder, "config"), ...env },
      clock: systemClock,
      random: (count) => Uint8Array.from(randomBytes(count)),
      signal: new AbortController().signal,
      ...io,
    })
    return { exit, stdout, stderr }
  }
  return { at: (name) => join(folder, name), bcopy: (...argv) => bcopyWith({}, ...argv), bcopyWith }
}

export interface SpawnOptions {
  readonly nodeArgs?: readonly string[]
  readonly stdio?: StdioOptions
  /** Beside the environment of this process. */
  readonly env?: Readonly<Record<string, string>>
}

/** Runs the built program in a process of its own. */
export function spawnBcopy(argv: readonly string[], options: SpawnOptions = {}): ChildProcess {
  const main = join(import.meta.dirname, "../dist/main.js")
  return spawn(process.execPath, [...(options.nodeArgs ?? []), main, ...argv], {
    stdio: options.stdio ?? ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...options.env },
  })
}

/** What a process of its own came to, once it has ended. */
export async function ended(child: ChildProcess): Promise<Ran> {
  let stdout = ""
  let stderr = ""
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text))
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text))
  const exit = await new Promise<number>((resolve, reject) => {
    child.on("error", reject)
    child.on("close", (code, signal) =>
      signal === null ? resolve(code ?? -1) : reject(new Error(`ended by ${signal}`)),
    )
  })
  return { exit, stdout, stderr }
}

const MIB = 1 << 20

/** Makes a disk image of so many MiB: noise that follows from the seed, in between zeros and text that compresses. */
export function makeImage(path: string, { sizeMib, seed }: { readonly sizeMib: number; readonly seed: string }): void {
  const file = openSync(path, "w")
  ftruncateSync(file, sizeMib * MIB)
  for (let mib = 0; mib < sizeMib; mib++)
    if (mib % 4 === 1) writeSync(file, Buffer.alloc(MIB, `${seed} line ${mib}\n`), 0, MIB, mib * MIB)
    else if (mib % 4 !== 3) writeSync(file, noise(`${seed} ${mib}`, MIB), 0, MIB, mib * MIB)
  closeSync(file)
}

/** Makes an image of nothing but noise. */
export function makeNoise(path: string, { sizeMib, seed }: { readonly sizeMib: number; readonly seed: string }): void {
  const file = openSync(path, "w")
  for (let mib = 0; mib < sizeMib; mib++) writeSync(file, noise(`${seed} ${mib}`, MIB))
  closeSync(file)
}

/** Writes a few bytes into a file. */
export function scribble(path: string, offset: number, text: string): void {
  const file = openSync(path, "r+")
  writeSync(file, text, offset)
  closeSync(file)
}

export function digestOf(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex")
}

function noise(seed: string, count: number): Buffer {
  return createHash("shake256", { outputLength: count }).update(seed).digest()
}
