import { backUp } from "@bcopy/copy-engine"
import { contentRoot } from "../../packages/copy-engine/src/testing/content-root.ts"
import type { CrashWork } from "../../packages/copy-engine/src/testing/crash-work.ts"
import { disksNow } from "../../packages/copy-engine/src/testing/memory-source.ts"
import { noise } from "../../packages/copy-engine/src/testing/noise.ts"

const DISK_BYTES = 20 << 20
const PACK_BYTES = 24 << 20
const BLOCK = 64 << 10

/** A first backup of a disk that fills a pack which is too large to go in one piece. */
export function crashInParts(seed: number): CrashWork {
  const sda = noise(DISK_BYTES, seed)
  const root = contentRoot(sda, BLOCK)
  const task = { job: "nightly", workload: "web01", level: 0, movers: 0 }
  return {
    name: "backup in large packs",
    async prepare() {
      // It is the first.
    },
    run: (repository) =>
      backUp(
        { ...repository, packBytes: PACK_BYTES },
        { source: disksNow({ sda }, { identity: "snapshot 7" }), ...task },
      ),
    areRight: (points) => points.length > 0 && points.every(({ sda: found }) => found === root),
  }
}
