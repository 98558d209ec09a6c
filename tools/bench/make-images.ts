import { diskImages } from "./disk-images.ts"

// Makes a family of disk images to measure and prove with, and prints where they are:
// make-images.ts FOLDER [SIZE_MIB=4096] [VERSIONS=4]
const [folder, sizeMib = "4096", versions = "4"] = process.argv.slice(2)
if (folder === undefined || !/^\d+$/.test(sizeMib) || !/^\d+$/.test(versions)) {
  console.error("usage: make-images.ts FOLDER [SIZE_MIB=4096] [VERSIONS=4]")
  process.exitCode = 2
} else {
  const { kind, paths } = diskImages(folder, { sizeBytes: Number(sizeMib) * 2 ** 20, versions: Number(versions) })
  console.log(`${kind}: ${paths.join(" ")}`)
}
