import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import {
  closeSync,
  copyFileSync,
  ftruncateSync,
  globSync,
  mkdirSync,
  openSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs"
import { join } from "node:path"

/** A disk of the demo: its image, and how many MiB it has. */
export interface DemoDisk {
  readonly path: string
  readonly sizeMib: number
  /** Whether it holds a real file system. */
  readonly ext4: boolean
}

const MIB = 1 << 20
/** The tools lie in folders that a plain user's PATH leaves out. */
const env = { ...process.env, PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin` }

/** Whether real file systems can be made here. */
export function hasFileSystemTools(): boolean {
  return ["mke2fs", "debugfs", "e2fsck"].every((name) => spawnSync(name, ["-V"], { env, stdio: "ignore" }).status === 0)
}

/** Makes an ext4 file system out of a folder, without being root. */
export function makeExt4(path: string, files: string, sizeMib: number): DemoDisk {
  tool("mke2fs", ["-q", "-t", "ext4", "-d", files, path, `${sizeMib}M`])
  return { path, sizeMib, ext4: true }
}

/** Makes a disk without a file system: of every four MiB one of noise, two of text, one of zeros; always the same. */
export function makeSynthetic(path: string, sizeMib: number): DemoDisk {
  const file = openSync(path, "w")
  ftruncateSync(file, sizeMib * MIB)
  for (let mib = 0; mib < sizeMib; mib++) {
    if (mib % 4 === 3) continue
    const noise = createHash("shake256", { outputLength: MIB })
      .update(`${path.split("/").at(-1)} ${mib}`)
      .digest()
    writeSync(
      file,
      mib % 4 === 0 ? noise : Buffer.alloc(MIB, `record ${noise.toString("hex", 0, 600)}\n`),
      0,
      MIB,
      mib * MIB,
    )
  }
  closeSync(file)
  return { path, sizeMib, ext4: false }
}

/** Makes a second machine's disk out of the first one's, as from a template: all but some files or blocks are the same. */
export function cloneDisk(disk: DemoDisk, path: string, scratch: string): DemoDisk {
  copyFileSync(disk.path, path)
  const clone = { ...disk, path }
  changeDisk(clone, "own", scratch)
  return clone
}

/** Changes a disk as a day of work would: some files come, named with `word`, or a few blocks are written. */
export function changeDisk({ path, sizeMib, ext4 }: DemoDisk, word: string, scratch: string): void {
  const text = Buffer.alloc(300_000, `${word} ${path.split("/").at(-1)}\n`)
  if (!ext4) {
    const file = openSync(path, "r+")
    for (const share of [0.1, 0.5, 0.7]) writeSync(file, text, 0, text.length, Math.floor(share * sizeMib * MIB))
    closeSync(file)
    return
  }
  const [file, commands] = [join(scratch, "report.txt"), join(scratch, "debugfs.txt")]
  writeFileSync(file, text)
  writeFileSync(commands, [1, 2, 3].map((number) => `write ${file} ${word}-${number}.txt\n`).join(""))
  tool("debugfs", ["-w", "-f", commands, path])
}

/** Whether a file system is in order. */
export function isInOrder({ ext4 }: DemoDisk, path: string): boolean {
  return !ext4 || spawnSync("e2fsck", ["-fn", path], { env, stdio: "ignore" }).status === 0
}

/** Copies files of installed packages into a folder until there are so many bytes. */
export function gatherFiles(modules: string, folder: string, wantedBytes: number): void {
  mkdirSync(folder, { recursive: true })
  let bytes = 0
  let number = 0
  for (const name of globSync("*/{dist,lib,build,src}/**/*.{js,ts,cjs,mjs,json,map}", { cwd: modules })) {
    const path = join(modules, name)
    const stats = statSync(path, { throwIfNoEntry: false })
    if (stats?.isFile() !== true || stats.size > MIB || stats.size < 1000) continue
    copyFileSync(path, join(folder, `${number++}-${name.split("/").at(-1)}`))
    bytes += stats.size
    if (bytes >= wantedBytes) return
  }
}

function tool(name: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(name, args, { env, encoding: "utf8" })
  if (status !== 0) throw new Error(`${name} ${args.join(" ")} failed: ${error?.message ?? stderr}`)
}
