import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Repository } from "../repository.ts"
import { restore, type RestoreOptions } from "../restore.ts"

/**
 * Restores a point into files, in a folder of their own within the one given, and gives what is in them, disk by disk. It
 * takes no threads unless told so: each takes longer to come up than so little to be done.
 */
export async function restoreBytes(
  repository: Repository,
  options: Partial<Omit<RestoreOptions, "output">> = {},
  within = tmpdir(),
): Promise<Readonly<Record<string, Uint8Array>>> {
  const folder = await mkdtemp(join(within, "bcopy-engine-"))
  try {
    const { disks } = await restore(repository, {
      workload: "web01",
      movers: 0,
      ...options,
      output: join(folder, "out"),
    })
    const bytes: Record<string, Uint8Array> = {}
    for (const { name, path } of disks) bytes[name] = new Uint8Array(await readFile(path))
    return bytes
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Names of the disks whose bytes are not the wanted ones, or that only one side has. */
export function differing(
  found: Readonly<Record<string, Uint8Array>>,
  wanted: Readonly<Record<string, Uint8Array>>,
): readonly string[] {
  const names = [...new Set([...Object.keys(found), ...Object.keys(wanted)])]
  return names.filter((name) => {
    const [left, right] = [found[name], wanted[name]]
    return left === undefined || right === undefined || Buffer.compare(left, right) !== 0
  })
}
