import { expect, test } from "vitest"
import { parseDiskImage, parseDiskImages } from "./parse-disk-image.ts"

const nothing = () => false

test.for([
  ["sda=/images/web01.raw", { name: "sda", path: "/images/web01.raw" }],
  ["/images/web01.raw", { name: "web01.raw", path: "/images/web01.raw" }],
  ["web01.raw", { name: "web01.raw", path: "web01.raw" }],
  ["sda=a=b.raw", { name: "sda", path: "a=b.raw" }],
  ["./x=y.raw", { name: "x=y.raw", path: "./x=y.raw" }],
] as const)("%s is taken apart", ([text, disk]) => {
  expect(parseDiskImage(text, nothing)).toEqual(disk)
})

test("a file whose own name has an equals sign is taken whole", () => {
  expect(parseDiskImage("x=y.raw", (path) => path === "x=y.raw")).toEqual({ name: "x=y.raw", path: "x=y.raw" })
})

test.for(["=web01.raw", "sda="])("%s is refused as usage", (text) => {
  expect(() => parseDiskImage(text, nothing)).toThrow(expect.objectContaining({ code: "Usage" }))
})

test("two disks of one name are refused with both paths", () => {
  expect(() => parseDiskImages(["a/disk.raw", "b/disk.raw"], nothing)).toThrow(
    "two disks are called disk.raw: a/disk.raw and b/disk.raw",
  )
})

test.for(["a\nb=web01.raw", "..", "images/a\u0007b", `${"x".repeat(256)}=web01.raw`])(
  "%j is no name of a disk, and refused as usage",
  (text) => {
    expect(() => parseDiskImages([text], nothing)).toThrow(
      expect.objectContaining({ code: "Usage", hint: "Name the disk: NAME=IMAGE." }),
    )
  },
)
