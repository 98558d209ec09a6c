import { mkdtempSync, rmSync } from "node:fs"
import { randomBytes } from "node:crypto"
import { join } from "node:path"
import { backUp, createRepository, openRepository, systemClock } from "@bcopy/copy-engine"
import { aroundRequests, type RepoStore } from "@bcopy/repo"
import { folderStore } from "@bcopy/repo-fs"
import { diskImageSource } from "@bcopy/source-disk-image"
import { INCREMENT_REQUESTS, PUTS_OF_A_SESSION, PUTS_PER_GIB } from "./budgets.ts"
import type { Figure } from "./figure.ts"

const seams = { clock: systemClock, random: (count: number) => Uint8Array.from(randomBytes(count)) }

interface Counts {
  puts: number
  storedBytes: number
  /** Neither packs nor beats nor what a bucket would not be asked. */
  others: number
}

/** What a full and an increment ask of a store: the same on a folder as on a bucket without versions. */
export async function countRequests(folder: string, images: readonly string[]): Promise<readonly Figure[]> {
  const path = mkdtempSync(join(folder, "requests-"))
  const store = folderStore({ path })
  await createRepository(store, seams, { encryption: "none" })
  const figures: Figure[] = []
  try {
    for (const [version, image] of images.slice(0, 2).entries()) {
      const counts: Counts = { puts: 0, storedBytes: 0, others: 0 }
      const disks = [{ name: "disk", path: image }]
      const source = diskImageSource({ workload: "web", platform: "generic", disks, clock: systemClock })
      const repository = await openRepository(counted(store, counts), seams)
      counts.others = 0
      await backUp(repository, { source, job: "nightly", workload: "web" })
      figures.push(
        version === 0
          ? {
              what: "first full: PUT beside beats",
              found: counts.puts,
              unit: "requests",
              limit: Math.ceil(PUTS_PER_GIB * (counts.storedBytes / 2 ** 30)) + PUTS_OF_A_SESSION,
              detail: `${(counts.storedBytes / 2 ** 20).toFixed(0)} MiB stored`,
            }
          : {
              what: "increment: beside packs, pages and beats",
              found: counts.others,
              unit: "requests",
              limit: INCREMENT_REQUESTS,
              detail: `${counts.puts} PUT in all, ${(counts.storedBytes / 2 ** 20).toFixed(0)} MiB`,
            },
      )
    }
  } finally {
    rmSync(path, { recursive: true, force: true })
  }
  return figures
}

function counted(store: RepoStore, counts: Counts): RepoStore {
  return aroundRequests(store, ({ method, key, bytes }, run) => {
    const isBeat = key.includes("/sessions/") && method !== "list"
    if (method === "create" && !isBeat) {
      counts.puts++
      counts.storedBytes += bytes?.length ?? 0
    }
    if (!isBeat && !key.includes("/packs/") && method !== "instance") counts.others++
    return run()
  })
}
