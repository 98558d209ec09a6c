import { execFileSync, spawnSync } from "node:child_process"
import { createCipheriv } from "node:crypto"
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import type { DiskImagesOptions } from "./disk-images.ts"
import { sampleFiles } from "./sample-files.ts"

const MIB = 1 << 20
/** Share of a disk that is files; the rest is free. */
const FILLED = 0.6
/** One file in so many goes away from one version to the next. */
const REMOVED_EACH = 200
/** Everything that takes a time takes this one. */
const EPOCH = "1700000000"
const UUID = "11111111-2222-3333-4444-555555555555"
const environment = {
  ...process.env,
  // Where a plain user's PATH does not lead.
  PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin`,
  SOURCE_DATE_EPOCH: EPOCH,
  E2FSPROGS_FAKE_TIME: EPOCH,
}

/** Whether this machine has the tools. */
export function canMakeExt4(): boolean {
  return ["mke2fs", "debugfs"].every(
    (tool) => spawnSync(tool, ["-V"], { stdio: "ignore", env: environment }).status === 0,
  )
}

/** Images of an ext4 file system with files of this machine, changed inside without being mounted. */
export function ext4Images(folder: string, { sizeBytes, versions }: DiskImagesOptions): string[] {
  const paths = Array.from({ length: versions + 1 }, (_, version) => join(folder, `v${version}.raw`))
  if (paths.every((path) => existsSync(path))) return paths
  const files = sampleFiles(sizeBytes * FILLED)
  for (const [version, path] of paths.entries()) {
    if (existsSync(path)) continue
    const scratch = mkdtempSync(join(tmpdir(), "bcopy-images-"))
    try {
      const partial = `${path}.partial`
      if (version === 0) makeFileSystem(partial, sizeBytes, files, scratch)
      else {
        execFileSync("cp", ["--sparse=always", paths[version - 1] as string, partial])
        changeFiles(partial, { version, files, scratch, sizeBytes })
      }
      renameSync(partial, path)
    } finally {
      rmSync(scratch, { recursive: true })
    }
  }
  return paths
}

function makeFileSystem(path: string, sizeBytes: number, files: readonly string[], scratch: string): void {
  for (const file of files) {
    mkdirSync(join(scratch, dirname(file)), { recursive: true })
    copyFileSync(file, join(scratch, file))
  }
  writeFileSync(path, "")
  truncateSync(path, sizeBytes)
  const extended = `hash_seed=${UUID},lazy_itable_init=0,root_owner=0:0`
  const options = ["-q", "-F", "-t", "ext4", "-E", extended, "-U", UUID, "-d", scratch, path]
  execFileSync("mke2fs", options, { stdio: ["ignore", "ignore", "inherit"], env: environment })
}

/** A day's work: some files removed, some written, half of them data that does not compress, half of them logs. */
function changeFiles(
  path: string,
  day: { version: number; files: readonly string[]; scratch: string; sizeBytes: number },
): void {
  const { version, files, scratch, sizeBytes } = day
  const commands = files
    .filter((_, index) => index % REMOVED_EACH === (version * 7) % REMOVED_EACH)
    .map((file) => `rm "${file}"`)
  // About 2 % of the disk a day, in files of several sizes.
  const unitBytes = Math.min(4 * MIB, Math.floor(sizeBytes / 1000))
  for (let number = 1; number <= 4; number++) {
    const data = join(scratch, `data-${number}`)
    writeFileSync(data, noise(version * 10 + number, number * unitBytes))
    const log = join(scratch, `log-${number}`)
    writeFileSync(log, logLines(version, number * unitBytes))
    commands.push(`write "${data}" data-${version}-${number}.bin`, `write "${log}" service-${version}-${number}.log`)
  }
  const script = join(scratch, "commands")
  writeFileSync(script, `${commands.join("\n")}\n`)
  execFileSync("debugfs", ["-w", "-f", script, path], { stdio: "ignore", env: environment })
}

/** Bytes that do not compress, the same for the same seed. */
function noise(seed: number, bytes: number): Uint8Array {
  const key = Buffer.alloc(16)
  key.writeUInt32BE(seed, 12)
  return createCipheriv("aes-128-ctr", key, Buffer.alloc(16)).update(Buffer.alloc(bytes))
}

function logLines(version: number, bytes: number): string {
  const lines: string[] = []
  for (let length = 0, line = 0; length < bytes; line++) {
    const text = `2025-01-${10 + version} service[${line % 977}]: request ${line} took ${(line * 7919) % 1000} ms`
    lines.push(text)
    length += text.length + 1
  }
  return `${lines.join("\n")}\n`
}
