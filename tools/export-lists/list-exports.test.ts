import { expect, test } from "vitest"
import type { WorkspacePackage } from "../read-packages/read-packages.ts"
import { diffLines } from "./diff-lines.ts"
import { listExports } from "./list-exports.ts"

/** Lists the exports of a package whose built declaration files are given, path under `dist` → text. */
function list(files: Readonly<Record<string, string>>): string | undefined {
  const entry = { "@bcopy/source": "./src/index.ts", types: "./dist/index.d.ts", default: "./dist/index.js" }
  const pack: WorkspacePackage = {
    folder: "/p",
    folderName: "p",
    manifest: { name: "@bcopy/p", version: "0.0.0", exports: { ".": entry, "./package.json": "./package.json" } },
    files: [],
  }
  return listExports(pack, (path) => {
    const text = files[path.replace("/p/dist/", "")]
    if (text === undefined) throw new Error(`no ${path}`)
    return text
  })
}

test("names come sorted, each with its declarations and without comments", () => {
  const text = list({
    "index.d.ts": `/** Sentence. */
export { plan, type Plan } from "./plan.ts";
export { PlanError } from "./plan-error.js";
`,
    "plan.d.ts": `import type { Other } from "@bcopy/other";
/** A plan. */
export interface Plan {
    /** Bytes; not chars. */
    readonly sizeBytes: number;
    readonly steps: readonly {
        name: string;
    }[];
}
type Hidden = string;
/** Plans; well. */
export declare function plan(name: string, // why
other: Other): Plan;
export declare function plan(count: number): Plan;
export {};
`,
    "plan-error.d.ts": `export declare class PlanError extends Error {
    readonly code: "A" | "B";
    constructor(code: "A" | "B", message: string);
}
`,
  })
  expect(text).toBe(`What @bcopy/p exports. Written by npm run exports:update; a change of it is a change for users.

=== @bcopy/p: 3 names ===

interface Plan {
    readonly sizeBytes: number;
    readonly steps: readonly {
        name: string;
    }[];
}

class PlanError extends Error {
    readonly code: "A" | "B";
    constructor(code: "A" | "B", message: string);
}

function plan(name: string,
other: Other): Plan
function plan(count: number): Plan
`)
})

test("a name that another package declares, and one under another name, say so", () => {
  const text = list({
    "index.d.ts": `import { far } from "@bcopy/far";\nexport { far };\nexport type { A as B } from "./a.ts";\nexport { c } from "zod";`,
    "a.d.ts": "export type A = 1;",
  })
  expect(text).toContain("B is type A = 1\n\nc from zod\n\nfar from @bcopy/far\n")
})

test("a type and a value of one name are both listed", () => {
  const text = list({
    "index.d.ts": `export { Id } from "./id.ts";`,
    "id.d.ts":
      "declare const brand: unique symbol;\nexport type Id = string & {\n    [brand]: true;\n};\nexport declare const Id: (text: string) => Id;",
  })
  expect(text).toContain("type Id = string & {\n    [brand]: true;\n}\nconst Id: (text: string) => Id\n")
})

test.each([
  ["an export of everything", `export * from "./a.ts";`, /cannot tell what this is: export \*/],
  ["a default export", "export default function a(): void;", /cannot tell what this is: export default/],
  ["a name that leads nowhere", `export { a } from "./a.ts";`, /\/p\/dist\/a\.d\.ts does not export a/],
])("%s is refused", (_, index, message) => {
  expect(() => list({ "index.d.ts": index, "a.d.ts": "export {};" })).toThrow(message)
})

test("a package without code entries has no list", () => {
  const manifest = { name: "bcopy", version: "0.0.0", exports: { "./package.json": "./package.json" } }
  expect(listExports({ folder: "/p", folderName: "p", manifest, files: [] })).toBeUndefined()
})

test("a difference names the lines of both sides", () => {
  expect(diffLines("a\nb\nc\n", "a\nc\nd\n")).toEqual(["- b", "+ d"])
  expect(diffLines("a\n", "a\n")).toEqual([])
})
