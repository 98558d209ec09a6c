import { basename } from "node:path"
import { checkDiskName, type DiskImage } from "@bcopy/source-disk-image"
import { CliError } from "./cli-error.ts"

/**
 * Reads `[NAME=]IMAGE`. What stands before the first `=` is a name unless it has a `/` in it or the whole text is the
 * name of a file; without one the disk is called like its file.
 */
export function parseDiskImage(text: string, exists: (path: string) => boolean): DiskImage {
  const at = text.indexOf("=")
  const name = text.slice(0, Math.max(at, 0))
  if (at < 0 || name.includes("/") || exists(text)) return { name: basename(text), path: text }
  const path = text.slice(at + 1)
  if (name === "" || path === "")
    throw new CliError("Usage", `${text} is not NAME=IMAGE: ${name === "" ? "the name" : "the image"} is empty`)
  return { name, path }
}

/** Reads all images of a command line. @throws CliError `Usage` for a name that no disk can have, and for two disks of one name */
export function parseDiskImages(texts: readonly string[], exists: (path: string) => boolean): readonly DiskImage[] {
  const disks: DiskImage[] = []
  for (const text of texts) {
    const disk = parseDiskImage(text, exists)
    requireDiskName(disk)
    const twin = disks.find(({ name }) => name === disk.name)
    if (twin !== undefined)
      throw new CliError("Usage", `two disks are called ${disk.name}: ${twin.path} and ${disk.path}`, {
        hint: "Name them: sda=FIRST-IMAGE sdb=SECOND-IMAGE.",
      })
    disks.push(disk)
  }
  return disks
}

function requireDiskName({ name }: DiskImage): void {
  try {
    checkDiskName(name)
  } catch (error) {
    throw new CliError("Usage", (error as Error).message, { cause: error, hint: "Name the disk: NAME=IMAGE." })
  }
}
