import { equalBytes } from "../../equal-bytes.ts"
import { type ObjectKey, parseObjectKey } from "../../object-key.ts"
import type { ListOptions, ListPage, RepoStore, VersionOptions } from "../../repo-store.ts"
import { must } from "./conformance-case.ts"

/** Throws unless the store holds just these bytes under `key`. */
export async function mustHold(store: RepoStore, key: string, bytes: Uint8Array, options?: VersionOptions) {
  const found = await store.read(asKey(key), options)
  must(found !== undefined, `${key} must be there`)
  must(
    found.objectBytes === bytes.length,
    `${key} must have ${bytes.length} bytes, objectBytes is ${found.objectBytes}`,
  )
  must(equalBytes(found.bytes, bytes), `${key} must hold the ${bytes.length} bytes it was created with`)
}

/** Creates objects of one byte each, one after the other. */
export async function put(store: RepoStore, ...keys: readonly string[]): Promise<void> {
  for (const key of keys) await store.create(asKey(key), new Uint8Array([1]))
}

/** All pages of a listing as one, following `next`. */
export async function listAll(store: RepoStore, prefix: string, options: ListOptions = {}) {
  const keys: string[] = []
  const folders: string[] = []
  const pages: ListPage[] = []
  for (let after = options.after; ;) {
    const page = await store.list(prefix, { ...options, ...(after !== undefined && { after }) })
    pages.push(page)
    keys.push(...page.objects.map(({ key }) => key))
    folders.push(...page.folders)
    if (page.next === undefined) return { keys, folders, pages }
    must(page.next > (after ?? ""), `next must move on: ${page.next} after ${after}`)
    after = page.next
  }
}

/** Bytes that are different for each seed. */
export function someBytes(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let index = 0; index < length; index++) bytes[index] = (index * 31 + (index >> 8) + seed * 97) & 0xff
  return bytes
}

export function asKey(text: string): ObjectKey {
  return parseObjectKey(text)
}
