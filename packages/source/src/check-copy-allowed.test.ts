import { expect, test } from "vitest"
import { checkCopyAllowed } from "./check-copy-allowed.ts"
import { isImageLevel, mayCopyAgain, platforms } from "./platforms.ts"
import type { SourcePoint } from "./source.ts"

const attempt = { job: "offsite-copy", source: "local" }

function point(platform: string, hops: number): SourcePoint {
  return { id: "p1", workload: "web01", platform, createdAtMs: 0, complete: true, damaged: false, hops }
}

test("a first copy is allowed for every machine image", () => {
  for (const platform of platforms.filter(isImageLevel)) checkCopyAllowed(point(platform, 0), attempt)
})

test("a copy of a copy is allowed where the platform may be copied again, and refused elsewhere", () => {
  for (const platform of platforms.filter(isImageLevel))
    for (const hops of [1, 2]) {
      const check = () => checkCopyAllowed(point(platform, hops), attempt)
      if (mayCopyAgain(platform)) check()
      else expect(check).toThrow(expect.objectContaining({ code: "Refused" }))
    }
})

test("a refusal names the job, the source, the workload and the platform", () => {
  expect(() => checkCopyAllowed(point("proxmox", 1), attempt)).toThrow(
    /"offsite-copy".*"web01".*"local".*1 hops.*proxmox/,
  )
})

test("objects that are no images are refused even as a first copy", () => {
  for (const platform of ["rds", "vpc", "efs-index", "appliance-config"])
    expect(() => checkCopyAllowed(point(platform, 0), attempt)).toThrow(/no machine images/)
})

test("a platform of a later release is refused rather than guessed", () => {
  expect(() => checkCopyAllowed(point("mainframe", 0), attempt)).toThrow(/"mainframe" is not known/)
})
