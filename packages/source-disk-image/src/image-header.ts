/** A format whose files are no raw images, as {@link imageHeader} names it. */
export type ForeignFormat =
  | "qcow2"
  | "qed"
  | "Parallels"
  | "VMDK"
  | "VMDK descriptor"
  | "VHDX"
  | "VHD"
  | "VDI"
  | "VMA"
  | "gzip"
  | "zstd"
  | "xz"
  | "lzop"
  | "tar"

/** How much of the beginning and of the end of a file {@link imageHeader} wants to see. */
export const HEAD_BYTES = 512
export const TAIL_BYTES = 512

const signatures: readonly (readonly [format: ForeignFormat, offset: number, bytes: string])[] = [
  ["qcow2", 0, "QFI\xfb"],
  ["qed", 0, "QED\0"],
  ["Parallels", 0, "WithoutFreeSpace"],
  ["Parallels", 0, "WithouFreSpacExt"],
  ["VMDK", 0, "KDMV"],
  ["VMDK", 0, "COWD"],
  // SEsparse, the snapshot format of vSphere 6.5 and later.
  ["VMDK", 0, "\xbe\xba\xfe\xca\0\0\0\0"],
  ["VMDK descriptor", 0, "# Disk DescriptorFile"],
  ["VHDX", 0, "vhdxfile"],
  ["VHD", 0, "conectix"],
  ["VDI", 64, "\x7f\x10\xda\xbe"],
  ["VMA", 0, "VMA\0"],
  ["gzip", 0, "\x1f\x8b\x08"],
  ["zstd", 0, "\x28\xb5\x2f\xfd"],
  ["xz", 0, "\xfd7zXZ\0"],
  ["lzop", 0, "\x89LZO\0\r\n\x1a\n"],
  ["tar", 257, "ustar"],
]

/**
 * Tells by its first and last bytes that a file is not the raw image of a disk but holds one in a format of its own, or
 * compressed; `undefined` if nothing speaks against a raw image.
 * @param head the first 512 bytes of the file, or all of it
 * @param tail the last 512 bytes of the file, or all of it: a fixed VHD has nothing but a footer
 */
export function imageHeader(head: Uint8Array, tail: Uint8Array = new Uint8Array()): ForeignFormat | undefined {
  const found = signatures.find(([, offset, bytes]) => startsWith(head, offset, bytes))
  if (found !== undefined) return found[0]
  // Virtual PC before 2004 wrote footers of 511 bytes.
  for (const footerBytes of [512, 511])
    if (tail.length >= footerBytes && startsWith(tail, tail.length - footerBytes, "conectix")) return "VHD"
  return undefined
}

function startsWith(bytes: Uint8Array, offset: number, text: string): boolean {
  if (bytes.length < offset + text.length) return false
  for (let at = 0; at < text.length; at++) if (bytes[offset + at] !== text.charCodeAt(at)) return false
  return true
}
