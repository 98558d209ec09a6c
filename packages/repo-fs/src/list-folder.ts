import type { ListedObject, ListOptions, ListPage, ObjectKey } from "@bcopy/repo"
import { StoreError } from "@bcopy/repo"
import { findObject } from "./read-object.ts"
import { type Walk, walkFolder } from "./walk-folder.ts"

/** A folder is read and sorted anew for each page, so pages are larger than a bucket's. */
const PAGE_ENTRIES = 10_000

/** How many objects are looked up at once. */
const LOOK_UPS = 16

/** One page of the objects under a prefix. What vanishes while it is listed is left out. */
export async function listFolder(
  place: Pick<Walk, "files" | "root" | "checkpoint">,
  prefix: string,
  options: ListOptions,
): Promise<Omit<ListPage, "dateMs">> {
  const { after = "", folders = false, limit = PAGE_ENTRIES } = options
  if (!Number.isSafeInteger(limit) || limit < 1)
    throw new StoreError("BadRange", `list ${place.root.at(prefix)}: a page of ${limit} entries, at least 1 is needed`)
  const names: string[] = []
  let next: string | undefined
  for await (const name of walkFolder({ ...place, prefix, after, folders })) {
    if (names.length === Math.min(limit, PAGE_ENTRIES)) {
      next = names.at(-1)
      break
    }
    names.push(name)
  }
  const keys = names.filter((name) => !name.endsWith("/")) as ObjectKey[]
  const objects = await lookUp(place, keys)
  // After all reading: had the folder been another one by now, nothing of this could be trusted.
  await place.root.check()
  return { objects, folders: names.filter((name) => name.endsWith("/")), ...(next !== undefined && { next }) }
}

async function lookUp({ files, root, checkpoint }: Pick<Walk, "files" | "root" | "checkpoint">, keys: ObjectKey[]) {
  const objects: ListedObject[] = []
  for (let start = 0; start < keys.length; start += LOOK_UPS) {
    checkpoint()
    const some = keys.slice(start, start + LOOK_UPS)
    const facts = await Promise.all(some.map((key) => findObject(files, root, key)))
    facts.forEach((found, index) => {
      if (found === undefined) return
      objects.push({ key: some[index]!, objectBytes: found.sizeBytes, modifiedAtMs: found.modifiedAtMs })
    })
  }
  return objects
}
