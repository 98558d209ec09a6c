import { SourceError } from "@bcopy/source"

const MAX_NAME_BYTES = 255

/**
 * Checks that a disk's name can be a file name in any folder it is restored to: 1 to 255 bytes of UTF-8 without `/` and
 * control characters (U+0000 to U+001F, U+007F), neither `.` nor `..`.
 * @throws SourceError `Refused`
 */
export function checkDiskName(name: string): void {
  const sizeBytes = new TextEncoder().encode(name).length
  const refused = (why: string) => new SourceError("Refused", `disk name ${JSON.stringify(name)} ${why}`)
  if (name === "") throw refused("is empty")
  if (!name.isWellFormed()) throw refused("is not Unicode")
  if (sizeBytes > MAX_NAME_BYTES) throw refused(`has ${sizeBytes} bytes, at most ${MAX_NAME_BYTES} are allowed`)
  if (name.includes("/")) throw refused("has a slash in it")
  // oxlint-disable-next-line no-control-regex -- control characters are just what a name must not hold
  if (/[\u0000-\u001f\u007f]/.test(name)) throw refused("has a control character in it")
  if (name === "." || name === "..") throw refused("means a folder")
}
