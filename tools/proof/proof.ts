import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { diskImages } from "../bench/disk-images.ts"
import { proveAdoption } from "./prove-adoption.ts"
import { proveClone } from "./prove-clone.ts"
import { proveCopies } from "./prove-copies.ts"
import { proveFinding } from "./prove-finding.ts"
import { proveInterrupt } from "./prove-interrupt.ts"
import { proveKills } from "./prove-kills.ts"
import { provePins } from "./prove-pins.ts"
import type { Stage } from "./stage.ts"
import { renderMiB, renderSeconds } from "./render-figures.ts"

// Proves what bcopy promises with the program itself, on disk images with real file systems, and prints what it found:
// proof.ts [--quick] [--size-mib N] [--images FOLDER] [--seed N] [--only TEXT]
// 4 GiB images by default, 512 MiB and fewer points with --quick. Exits 1 when anything does not hold.
const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    "size-mib": { type: "string" },
    images: { type: "string" },
    seed: { type: "string" },
    only: { type: "string", default: "" },
  },
})

const proofs = [proveCopies, proveAdoption, proveClone, provePins, proveKills, proveInterrupt, proveFinding].filter(
  ({ name }) => name.toLowerCase().includes(values.only.toLowerCase()),
)
if (proofs.length === 0) throw new Error(`no proof is called ${values.only}`)
const sizeBytes = Number(values["size-mib"] ?? (values.quick ? 512 : 4096)) * 2 ** 20
if (!Number.isSafeInteger(sizeBytes) || sizeBytes <= 0) throw new Error(`${values["size-mib"]} is no size in MiB`)
const seed = Number(values.seed ?? Date.now() % 1_000_000)
const folder = mkdtempSync(join(tmpdir(), "bcopy-proof-"))
process.once("SIGINT", () => {
  rmSync(folder, { recursive: true, force: true })
  process.exit(130)
})

const startMs = performance.now()
const failures: string[] = []
try {
  const images = diskImages(values.images ?? join(folder, "images"), { sizeBytes, versions: values.quick ? 2 : 4 })
  console.log(
    `bcopy proof: ${images.paths.length} ${images.kind} images of ${renderMiB(sizeBytes)}, seed ${seed}, Node ${process.version}`,
  )
  console.log(`images made in ${renderSeconds(performance.now() - startMs)}\n`)
  const stage: Stage = { folder, images: images.paths, sizeBytes, seed }
  for (const prove of proofs) {
    const beganMs = performance.now()
    try {
      for (const { claim, figures } of await prove(stage)) {
        console.log(`ok    ${claim}`)
        for (const figure of figures) console.log(`        ${figure}`)
      }
    } catch (error) {
      failures.push(prove.name)
      console.log(`FAIL  ${prove.name}: ${(error as Error).message}`)
    }
    console.log(`        took ${renderSeconds(performance.now() - beganMs)}\n`)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
const total = renderSeconds(performance.now() - startMs)
console.log(
  failures.length === 0 ? `everything holds, ${total}` : `${failures.length} failed: ${failures.join(", ")}, ${total}`,
)
if (failures.length > 0) process.exitCode = 1
