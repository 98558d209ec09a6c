import { expect, test } from "vitest"
import type { Manifest, WorkspacePackage } from "../read-packages/read-packages.ts"
import { checkPackage } from "./check-package.ts"

/** Builds a package from its layer, its dependencies and its files, path → text. */
function makePackage(
  folderName: string,
  layer: string,
  files: Readonly<Record<string, string>>,
  manifest: Partial<Manifest> = {},
): WorkspacePackage {
  return {
    folder: `/repo/packages/${folderName}`,
    folderName,
    manifest: { name: `@bcopy/${folderName}`, version: "0.0.0", nx: { tags: [`layer:${layer}`] }, ...manifest },
    files: Object.entries(files).map(([path, text]) => ({ path, text })),
  }
}

const repo = makePackage("repo", "contract", { "src/index.ts": "" })
const repoFs = makePackage("repo-fs", "adapter", { "src/index.ts": "" }, { dependencies: { "some-sdk": "1.2.3" } })
const named = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, "^0.0.0"]))
const uses = (...names: string[]) => ({ dependencies: named(names) })
const devUses = (...names: string[]) => ({ devDependencies: named(names) })

interface Case {
  name: string
  pack: WorkspacePackage
  breaches: (string | RegExp)[]
}

const cases: Case[] = [
  {
    name: "an engine may import a contract it declares",
    pack: makePackage("copy-engine", "engine", { "src/a.ts": 'import { b } from "@bcopy/repo"' }, uses("@bcopy/repo")),
    breaches: [],
  },
  {
    name: "an engine names no adapter",
    pack: makePackage(
      "copy-engine",
      "engine",
      { "src/a.ts": '\nimport { b } from "@bcopy/repo-fs"' },
      uses("@bcopy/repo-fs"),
    ),
    breaches: [
      /package\.json: @bcopy\/repo-fs is of layer adapter/,
      /src\/a\.ts:2: @bcopy\/repo-fs is of layer adapter/,
    ],
  },
  {
    name: "a contract imports no other package of ours",
    pack: makePackage(
      "source",
      "contract",
      { "src/a.ts": 'export type { B } from "@bcopy/repo"' },
      uses("@bcopy/repo"),
    ),
    breaches: [
      /package\.json: @bcopy\/repo is of layer contract.*no other package/,
      /a\.ts:1: @bcopy\/repo is of layer/,
    ],
  },
  {
    name: "an import of ours that is not declared",
    pack: makePackage("copy-engine", "engine", { "src/a.ts": 'import { b } from "@bcopy/repo/testing"' }),
    breaches: ["packages/copy-engine/src/a.ts:1: @bcopy/repo is not in dependencies"],
  },
  {
    name: "an import of others that is not declared",
    pack: makePackage("copy-engine", "engine", { "src/a.ts": 'import { z } from "zod"' }),
    breaches: ["packages/copy-engine/src/a.ts:1: zod is not in dependencies"],
  },
  {
    name: "a dependency that only a test imports",
    pack: makePackage(
      "copy-engine",
      "engine",
      { "src/a.test.ts": 'import { b } from "@bcopy/repo"' },
      uses("@bcopy/repo"),
    ),
    breaches: ["packages/copy-engine/package.json: @bcopy/repo is in dependencies and no source file imports it"],
  },
  {
    name: "a development dependency that no test imports",
    pack: makePackage(
      "copy-engine",
      "engine",
      {},
      { devDependencies: { "@bcopy/repo-fs": "^0.0.0", "@bcopy/require-tool": "0.0.0" } },
    ),
    breaches: ["packages/copy-engine/package.json: @bcopy/repo-fs is in devDependencies and no test imports it"],
  },
  {
    name: "a program that bundles what it imports",
    pack: makePackage("cli", "app", { "src/a.ts": 'import { b } from "@bcopy/repo"' }, devUses("@bcopy/repo")),
    breaches: [],
  },
  {
    name: "a program that declares nowhere what it imports, and bundles what it does not",
    pack: makePackage("cli", "app", { "src/a.ts": 'import { b } from "@bcopy/repo"' }, devUses("@bcopy/repo-fs")),
    breaches: [
      "packages/cli/package.json: @bcopy/repo-fs is in devDependencies and no file imports it",
      "packages/cli/src/a.ts:1: @bcopy/repo is declared nowhere",
    ],
  },
  {
    name: "a program with another version than what is bundled with it",
    pack: makePackage("cli", "app", {}, { dependencies: { "some-sdk": "1.2.4" } }),
    breaches: ["packages/cli/package.json: some-sdk is 1.2.4 here, and 1.2.3 in @bcopy/repo-fs"],
  },
  {
    name: "a test that imports what no manifest names",
    pack: makePackage("copy-engine", "engine", { "src/a.test.ts": 'import "@bcopy/require-tool"\nimport "vitest"' }),
    breaches: [
      "packages/copy-engine/src/a.test.ts:1: @bcopy/require-tool is in neither dependencies nor devDependencies",
    ],
  },
  {
    name: "a test tool in a source file",
    pack: makePackage("copy-engine", "engine", { "src/a.ts": 'import "@bcopy/require-tool"' }),
    breaches: ["packages/copy-engine/src/a.ts:1: @bcopy/require-tool is for tests"],
  },
  {
    name: "a relative import across the border",
    pack: makePackage("copy-engine", "engine", { "src/a.ts": 'import { b } from "../../repo/src/b.ts"' }),
    breaches: [/a\.ts:1: \.\.\/\.\.\/repo\/src\/b\.ts leaves the package/],
  },
  {
    name: "a relative import inside the package, from a folder up",
    pack: makePackage("copy-engine", "engine", { "src/testing/a.ts": 'import { b } from "../b.ts"' }),
    breaches: [],
  },
  {
    name: "an adapter in a testing folder that is for the package's own tests",
    pack: makePackage(
      "copy-engine",
      "engine",
      { "src/testing/a.ts": 'import { b } from "@bcopy/repo-fs"' },
      { devDependencies: { "@bcopy/repo-fs": "^0.0.0" } },
    ),
    breaches: [],
  },
  {
    name: "an adapter in a testing folder that is exported",
    pack: makePackage(
      "copy-engine",
      "engine",
      { "src/testing/a.ts": 'import { b } from "@bcopy/repo-fs"' },
      { exports: { "./testing": { default: "./dist/testing/index.js" } } },
    ),
    breaches: [/src\/testing\/a\.ts:1: @bcopy\/repo-fs is of layer adapter/],
  },
  {
    name: "the AWS SDK outside its adapters",
    pack: makePackage("repo-fs", "adapter", { "src/a.ts": 'import "@aws-sdk/client-s3"' }, uses("@aws-sdk/client-s3")),
    breaches: [/a\.ts:1: @aws-sdk\/client-s3 is known to key-aws-kms, repo-s3, source-ebs only/],
  },
  {
    name: "the AWS SDK in its adapter",
    pack: makePackage("repo-s3", "adapter", { "src/a.ts": 'import "@aws-sdk/client-s3"' }, uses("@aws-sdk/client-s3")),
    breaches: [],
  },
  {
    name: "a node module in a pure package, with or without its prefix",
    pack: makePackage("chain-format", "format", { "src/a.ts": 'import "node:fs"\nimport "zlib"' }),
    breaches: [/a\.ts:1: node:fs is not for chain-format/, /a\.ts:2: zlib is not for chain-format/],
  },
  {
    name: "a node module in the testing folder and the tests of a pure package",
    pack: makePackage("source", "contract", {
      "src/testing/a.ts": 'import "node:fs"',
      "src/a.test.ts": 'import "node:fs"',
    }),
    breaches: [],
  },
  {
    name: "time and randomness that nobody passed in",
    pack: makePackage("copy-engine", "engine", {
      "src/a.ts":
        "const a = Date.now()\nMath.random()\nsetTimeout(a, 1)\nsetInterval(a)\nnew Date()\nglobalThis.setTimeout(a)",
    }),
    breaches: [
      /:1: Date\.now belongs/,
      /:2: Math\.random/,
      /:3: setTimeout/,
      /:4: setInterval/,
      /:5: new Date/,
      /:6: setTimeout/,
    ],
  },
  {
    name: "a timer module",
    pack: makePackage("copy-engine", "engine", {
      "src/a.ts": 'import { setTimeout as wait } from "node:timers/promises"',
    }),
    breaches: [/:1: node:timers\/promises belongs/, /:1: setTimeout belongs/],
  },
  {
    name: "a clock that was passed in, a date of known time, and a mention in a comment or text",
    pack: makePackage("copy-engine", "engine", {
      "src/a.ts":
        'clock.setTimeout(1)\nnew Date(now)\n// Date.now()\nconst text = "Math.random()"\ninterface A { setTimeout: B }',
    }),
    breaches: [],
  },
  {
    name: "time in clock.ts and in a test",
    pack: makePackage("copy-engine", "engine", { "src/clock.ts": "Date.now()", "src/a.test.ts": "Date.now()" }),
    breaches: [],
  },
  {
    name: "time in an app",
    pack: makePackage("cli", "app", { "src/a.ts": "Date.now()" }),
    breaches: [],
  },
  {
    name: "a file of more than 400 lines",
    pack: makePackage("copy-engine", "engine", { "src/a.ts": "a\n".repeat(401), "src/b.ts": "a\n".repeat(400) }),
    breaches: ["packages/copy-engine/src/a.ts: 401 lines, at most 400 are allowed"],
  },
  {
    name: "a test of more than 400 lines",
    pack: makePackage("copy-engine", "engine", { "src/a.test.ts": "a\n".repeat(401) }),
    breaches: [],
  },
  {
    name: "a vague file name",
    pack: makePackage("copy-engine", "engine", { "src/utils.ts": "", "src/x/types.ts": "", "src/misc.test.ts": "" }),
    breaches: [/src\/utils\.ts: a file called utils/, /src\/x\/types\.ts/, /src\/misc\.test\.ts/],
  },
  {
    name: "an export of everything",
    pack: makePackage("copy-engine", "engine", { "src/index.ts": '\nexport * from "./a.ts"' }),
    breaches: [/src\/index\.ts:2: name what is exported/],
  },
  {
    name: "a package without a layer",
    pack: makePackage("stray", "attic", {}),
    breaches: [/packages\/stray\/package\.json: nx\.tags needs exactly one of layer:app/],
  },
]

test.each(cases)("$name", ({ pack, breaches }) => {
  const found = checkPackage(pack, [repo, repoFs, pack])
  expect(found).toHaveLength(breaches.length)
  breaches.forEach((breach, index) =>
    typeof breach === "string" ? expect(found[index]).toBe(breach) : expect(found[index]).toMatch(breach),
  )
})
