import { expect, test } from "vitest"
import { isImageLevel, mayCopyAgain, parsePlatform, platforms } from "./platforms.ts"

test("every platform reads back as itself", () => {
  for (const platform of platforms) expect(parsePlatform(platform)).toBe(platform)
})

test("an unknown platform is refused, and the hint lists the known ones", () => {
  for (const text of ["", "vmware", "VSPHERE", "toString"])
    expect(() => parsePlatform(text)).toThrow(
      expect.objectContaining({ code: "Refused", hint: expect.stringContaining("vsphere, cloud-director, hyper-v") }),
    )
})

test("a copy of a copy is for vsphere, cloud-director, hyper-v and generic images alone", () => {
  expect(platforms.filter(mayCopyAgain)).toEqual(["vsphere", "cloud-director", "hyper-v", "generic"])
})

test("configuration and index objects are no images", () => {
  expect(platforms.filter((platform) => !isImageLevel(platform))).toEqual([
    "rds",
    "vpc",
    "efs-index",
    "appliance-config",
  ])
})
