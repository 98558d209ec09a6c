import { FormatError } from "./format-error.ts"
import type { BackupId } from "./ids.ts"
import { layout } from "./layout.ts"
import type { PackTable } from "./pack-table.ts"
import type { ReadPackBytesOptions, RepositoryView } from "./repository-view.ts"

/** A pack of a repository: where it is, and what opens its slots. */
export interface StoredPack {
  readonly key: string
  readonly hint: Uint8Array
}

/**
 * The data pack that a block lies in, by its number in the pack table.
 * @throws FormatError `Inconsistent` if the table does not list it; what a page of the table throws
 */
export async function locatePack(
  view: Pick<RepositoryView, "name">,
  { backup, table }: { readonly backup: BackupId; readonly table: PackTable },
  pack: number,
): Promise<StoredPack> {
  const record = await table.record(pack)
  if (record === undefined)
    throw new FormatError(
      "Inconsistent",
      `${view.name}: a block lies in pack ${pack}, which the pack table does not list`,
    )
  return { key: layout.pack(backup, record.session, record.number), hint: record.hint }
}

/** Bytes of a pack that something names. @throws FormatError `Missing` if it is not there */
export async function fetchPack(
  view: Pick<RepositoryView, "name" | "readPack">,
  key: string,
  options: ReadPackBytesOptions,
): Promise<Uint8Array> {
  const bytes = await view.readPack(key, options)
  if (bytes === undefined) throw new FormatError("Missing", `${view.name}: pack ${key} is missing`)
  return bytes
}
