import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { parseVector } from "../../packages/chain-format/src/testing/vector.ts"

const root = join(import.meta.dirname, "../..")
const document = readFileSync(join(root, "docs/format.md"), "utf8")
const sections = new Set([...document.matchAll(/^## (.+)$/gm)].map((match) => match[1] as string))

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts") && !/node_modules|[/\\]dist/.test(entry.parentPath))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
}

describe("docs/format.md", () => {
  test("has every section that a comment cites", () => {
    const cited = sources(join(root, "packages")).flatMap((text) =>
      [...text.matchAll(/docs\/format\.md, ([A-Z][a-z]*(?: [a-z]+)*)/g)].map((match) => match[1] as string),
    )
    expect(cited.length).toBeGreaterThan(50)
    // A sentence may go on behind the name of the section.
    const known = (name: string) => [...sections].some((section) => name === section || name.startsWith(`${section} `))
    expect(cited.filter((name) => !known(name))).toEqual([])
  })

  test("links to nothing that is not there", () => {
    const anchors = new Set([...sections].map((section) => section.toLowerCase().replaceAll(" ", "-")))
    const links = [...document.matchAll(/\]\(#([^)]+)\)/g)].map((match) => match[1] as string)
    expect(links.length).toBeGreaterThan(10)
    expect(links.filter((link) => !anchors.has(link))).toEqual([])
  })

  test("shows the bytes of the pack that it explains", () => {
    const dump = /```hexdump\n([\s\S]+?)\n```/.exec(document)?.[1] ?? ""
    const bytes = dump
      .trim()
      .split("\n")
      .map((line) => Buffer.from(line.slice(10, 57).replaceAll(" ", ""), "hex"))
    const file = join(root, "packages/chain-format/testdata/vectors/data_pack_two_slots.vec")
    const vector = parseVector("data_pack_two_slots", readFileSync(file))
    expect(new Uint8Array(Buffer.concat(bytes))).toEqual(vector.bytes)
  })

  test("names every decoder that vectors are for", () => {
    const vectors = readdirSync(join(root, "packages/chain-format/testdata/vectors"))
    const folder = join(root, "packages/chain-format/testdata/vectors")
    const decoders = new Set(vectors.map((name) => parseVector(name, readFileSync(join(folder, name))).decoder))
    for (const decoder of decoders) expect(document).toContain(`\`${decoder}\``)
  })
})
