import { hash } from "node:crypto"

const LEAF = 128
const CHILDREN = 64

/** Content root of a disk, straight from docs/format.md: computed from all its blocks at once. */
export function contentRoot(disk: Uint8Array, blockBytes: number): string {
  const sha256 = (...parts: Uint8Array[]) => hash("sha256", Buffer.concat(parts), "buffer")
  const zero = (level: number) => sha256(Uint8Array.of(2, level))
  const blocks = Math.ceil(disk.length / blockBytes)
  const ids = Array.from({ length: blocks }, (_, block) => {
    const bytes = new Uint8Array(blockBytes)
    bytes.set(disk.subarray(block * blockBytes, (block + 1) * blockBytes))
    return bytes.every((byte) => byte === 0) ? undefined : sha256(bytes)
  })
  const groups = <Item>(items: readonly Item[], size: number) =>
    Array.from({ length: Math.max(1, Math.ceil(items.length / size)) }, (_, at) =>
      items.slice(at * size, (at + 1) * size),
    )
  let nodes: (Uint8Array | undefined)[] = groups(ids, LEAF).map((leaf) => {
    if (leaf.every((id) => id === undefined)) return undefined
    const all = Array.from({ length: LEAF }, (_, at) => leaf[at] ?? new Uint8Array(32))
    return sha256(Uint8Array.of(0), ...all)
  })
  let level = 0
  while (nodes.length > 1) {
    level++
    nodes = groups(nodes, CHILDREN).map((children) => {
      if (children.every((child) => child === undefined)) return undefined
      const all = Array.from({ length: CHILDREN }, (_, at) => children[at] ?? zero(level - 1))
      return sha256(Uint8Array.of(1, level), ...all)
    })
  }
  const head = Buffer.alloc(11)
  head.writeUInt8(1, 0)
  head.writeBigUInt64LE(BigInt(disk.length), 1)
  head.writeUInt16LE(Math.log2(blockBytes), 9)
  return sha256(Buffer.from("bcopy-root"), head, nodes[0] ?? zero(level)).toString("hex")
}
