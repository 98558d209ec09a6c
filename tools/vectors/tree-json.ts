const id = (digit: string) => digit.repeat(32)
const digest = (digit: string) => digit.repeat(64)

/** docs/format.md, Manifest: a page pointer in JSON. */
export function pageAt(pack: number, offset: number) {
  return { pack, offset, length: 700, digest: digest("9") }
}

/** docs/format.md, Manifest: the trees that manifests and checkpoints have in common. */
export function treeOf() {
  return {
    blockBytes: 65_536,
    disks: [
      { name: "sda", sizeBytes: 10_737_418_240, map: pageAt(0, 24) },
      { name: "sdb", sizeBytes: 1000 },
    ],
    table: pageAt(0, 764),
    nextPack: 12,
    mapPacks: [{ pack: 0, session: id("5"), number: 12, hint: "", storedBytes: 2000, liveBytes: 1400 }],
    nextMapPack: 1,
  }
}

/** docs/format.md, Manifest. */
export function manifestOf(over: object = {}) {
  const tree = treeOf()
  return {
    ...tree,
    point: id("e"),
    session: id("5"),
    seq: 1,
    platform: "generic",
    kind: "full",
    createdAtMs: 1_760_000_000_000,
    committedAtMs: 1_760_000_060_000,
    origin: { repository: id("a"), point: id("e") },
    hops: 0,
    consistency: "crash",
    gfs: [],
    disks: tree.disks.map((disk) => ({ ...disk, contentRoot: digest("c") })),
    storedBytes: 5_000_000,
    ...over,
  }
}
