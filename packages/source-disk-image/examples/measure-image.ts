// Shows how much of a disk image has to be read, and reads it.
//
//     node examples/measure-image.ts IMAGE
import { diskImageSource } from "@bcopy/source-disk-image"

const [path] = process.argv.slice(2)
if (path === undefined) throw new Error("which image? node examples/measure-image.ts IMAGE")

const blockBytes = 64 << 10
const source = diskImageSource({
  workload: "example",
  platform: "generic",
  disks: [{ name: "disk", path }],
  clock: { now: () => Date.now() },
})

for await (const point of source.list()) {
  const open = await source.open(point, { blockBytes })
  try {
    for (const disk of open.disks) {
      const blocks = { zero: 0, data: 0, unchanged: 0 }
      const block = new Uint8Array(blockBytes)
      for await (const { kind, first, count } of disk.spans()) {
        blocks[kind] += count
        if (kind === "data") for (let at = first; at < first + count; at++) await disk.read(at, 1, block)
      }
      console.log(`${disk.name}: ${disk.sizeBytes} bytes, ${blocks.data} blocks read, ${blocks.zero} known to be zero`)
    }
    console.log(`consistency: ${await open.finish()}`)
  } finally {
    await open.close()
  }
}
