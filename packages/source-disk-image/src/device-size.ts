import { readFile, type FileHandle } from "node:fs/promises"

/** Linux counts the size of a block device in these, whatever its real sectors are. */
const SECTOR_BYTES = 512

/** Size in bytes of the open block device with the number `rdev`. */
export async function deviceSize(handle: FileHandle, rdev: bigint): Promise<number> {
  return (await sizeOfSysfs(rdev)) ?? (await sizeByReading(handle))
}

async function sizeOfSysfs(rdev: bigint): Promise<number | undefined> {
  const major = ((rdev >> 8n) & 0xfffn) | ((rdev >> 32n) & 0xfffff000n)
  const minor = (rdev & 0xffn) | ((rdev >> 12n) & 0xffffff00n)
  try {
    const text = await readFile(`/sys/dev/block/${major}:${minor}/size`, "utf8")
    return /^\d+\n$/.test(text) ? Number(text) * SECTOR_BYTES : undefined
  } catch {
    return undefined
  }
}

/** Finds the end by reading single sectors: nothing comes from behind it. Node cannot ask a device for its size. */
export async function sizeByReading(handle: FileHandle): Promise<number> {
  const sector = new Uint8Array(SECTOR_BYTES)
  async function bytesAt(index: number): Promise<number> {
    return (await handle.read(sector, 0, SECTOR_BYTES, index * SECTOR_BYTES)).bytesRead
  }
  if ((await bytesAt(0)) === 0) return 0
  let [present, absent] = [0, 1]
  while ((await bytesAt(absent)) > 0) [present, absent] = [absent, absent * 2]
  while (absent - present > 1) {
    const middle = Math.floor((present + absent) / 2)
    if ((await bytesAt(middle)) > 0) present = middle
    else absent = middle
  }
  return present * SECTOR_BYTES + (await bytesAt(present))
}
