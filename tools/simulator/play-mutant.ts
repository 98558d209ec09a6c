import { spawn } from "node:child_process"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Edit, Mutant } from "./mutant.ts"
import { mutants } from "./mutants.ts"

const here = import.meta.dirname
/** What is not changed is compiled once: that is most of the time of a child. */
const compiled = { NODE_COMPILE_CACHE: join(tmpdir(), "bcopy-mutants") }

/** Runs a program with some of the sources changed, in a process of its own; gives the first thing that was wrong. */
export async function playChanged(
  edits: readonly Edit[],
  program: string,
  args: readonly string[],
): Promise<string | undefined> {
  const child = spawn(
    process.execPath,
    ["--conditions=@bcopy/source", "--import", join(here, "mutant-hooks.ts"), join(here, program), ...args],
    { env: { ...process.env, ...compiled, BCOPY_MUTANT: JSON.stringify(edits) }, stdio: ["ignore", "pipe", "pipe"] },
  )
  let [text, errors] = ["", ""]
  child.stdout.setEncoding("utf8").on("data", (part: string) => (text += part))
  child.stderr.setEncoding("utf8").on("data", (part: string) => (errors += part))
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve))
  const found = /^FAIL {2}(.*)$/m.exec(text)?.[1]
  if (found === undefined && code !== 0) throw new Error(`${program} ended with ${code}: ${errors.slice(0, 2000)}`)
  return found
}

/** What the interleaving that is to find a mutant says of it; `undefined` if nothing is wrong there. */
export async function playMutant({ edits, foundBy, coveredBy }: Mutant): Promise<string | undefined> {
  const play = (changes: readonly Edit[]) => playChanged(changes, "interleavings/main.ts", [foundBy])
  if (coveredBy === undefined) return play(edits)
  const cover = mutants.find(({ name }) => name === coveredBy)
  if (cover === undefined) throw new Error(`there is no mutant "${coveredBy}"`)
  const alone = await play(cover.edits)
  if (alone !== undefined) throw new Error(`"${foundBy}" finds "${coveredBy}" by itself: ${alone}`)
  return play([...edits, ...cover.edits])
}

/** Does work for each item, two at a time; results in their order. */
export async function twoAtATime<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = []
  let next = 0
  const run = async () => {
    for (let at = next++; at < items.length; at = next++) results[at] = await work(items[at] as Item)
  }
  await Promise.all([run(), run()])
  return results
}
