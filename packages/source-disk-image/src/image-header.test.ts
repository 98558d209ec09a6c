import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { requireTool } from "@bcopy/require-tool"
import { afterEach, beforeEach, expect, test } from "vitest"
import { HEAD_BYTES, imageHeader, TAIL_BYTES, type ForeignFormat } from "./image-header.ts"

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bcopy-header-"))
})

afterEach(() => rmSync(folder, { recursive: true }))

function at(offset: number, text: string): Uint8Array {
  const bytes = new Uint8Array(HEAD_BYTES)
  bytes.set(Buffer.from(text, "latin1"), offset)
  return bytes
}

const headers: [format: ForeignFormat, head: Uint8Array][] = [
  ["qcow2", at(0, "QFI\xfb\0\0\0\x03")],
  ["qed", at(0, "QED\0")],
  ["Parallels", at(0, "WithoutFreeSpace")],
  ["Parallels", at(0, "WithouFreSpacExt")],
  ["VMDK", at(0, "KDMV\x01\0\0\0")],
  ["VMDK", at(0, "COWD")],
  ["VMDK", at(0, "\xbe\xba\xfe\xca\0\0\0\0")],
  ["VMDK descriptor", at(0, "# Disk DescriptorFile\nversion=1\n")],
  ["VHDX", at(0, "vhdxfile")],
  ["VHD", at(0, "conectix")],
  ["VDI", at(64, "\x7f\x10\xda\xbe")],
  ["VMA", at(0, "VMA\0\0\0\0\x01")],
  ["gzip", gzipSync("disk")],
  ["zstd", at(0, "\x28\xb5\x2f\xfd")],
  ["xz", at(0, "\xfd7zXZ\0")],
  ["lzop", at(0, "\x89LZO\0\r\n\x1a\n")],
  ["tar", at(257, "ustar\0")],
]

for (const [index, [format, head]] of headers.entries())
  test(`header ${index} is recognised as ${format}`, () => {
    expect(imageHeader(head)).toBe(format)
  })

test("a fixed VHD is recognised by its footer, also by one of 511 bytes", () => {
  expect(imageHeader(new Uint8Array(512), at(0, "conectix"))).toBe("VHD")
  expect(imageHeader(new Uint8Array(512), at(1, "conectix"))).toBe("VHD")
  expect(imageHeader(new Uint8Array(512), at(2, "conectix"))).toBeUndefined()
})

test("nothing speaks against zeros, a boot sector, a file system or a few bytes", () => {
  const bootSector = at(0, "\xeb\x63\x90")
  bootSector.set([0x55, 0xaa], 510)
  for (const head of [new Uint8Array(512), bootSector, at(0, "LUKS\xba\xbe"), new Uint8Array(), new Uint8Array([0x1f])])
    expect(imageHeader(head, head)).toBeUndefined()
})

const created: [format: ForeignFormat | undefined, options: string[]][] = [
  [undefined, ["-f", "raw"]],
  ["qcow2", ["-f", "qcow2"]],
  ["VMDK", ["-f", "vmdk"]],
  ["VMDK", ["-f", "vmdk", "-o", "subformat=streamOptimized"]],
  ["VMDK descriptor", ["-f", "vmdk", "-o", "subformat=monolithicFlat"]],
  ["VHDX", ["-f", "vhdx"]],
  ["VHD", ["-f", "vpc"]],
  ["VHD", ["-f", "vpc", "-o", "subformat=fixed"]],
  ["VDI", ["-f", "vdi"]],
  ["qed", ["-f", "qed"]],
  ["Parallels", ["-f", "parallels"]],
]

for (const [format, options] of created)
  test.skipIf(!requireTool("qemu-img", "qemu-utils"))(
    `what qemu-img makes with ${options.join(" ")} is recognised as ${format ?? "raw"} [needs qemu-utils]`,
    () => {
      const path = join(folder, "image")
      execFileSync("qemu-img", ["create", "-q", ...options, path, "4M"])
      const bytes = readFileSync(path)
      expect(imageHeader(bytes.subarray(0, HEAD_BYTES), bytes.subarray(-TAIL_BYTES))).toBe(format)
    },
  )
