import { parseArgs } from "node:util"
import { formatS3Address } from "@bcopy/repo-s3"
import { clearFolder } from "./clear-folder.ts"
import { crashCases } from "./crash-cases.ts"
import { openUserBucket } from "./open-user-bucket.ts"
import { runCases, type Tally } from "./run-cases.ts"
import type { S3Case } from "./s3-case.ts"
import { s3Cases } from "./s3-cases.ts"
import { startDouble } from "./start-double.ts"
import { testBuckets } from "./test-bucket.ts"

// Holds everything that a bucket is used for against the bucket that BCOPY_TEST_S3_URL names, or against the S3 server of the
// tests: test-s3.ts [--all] [--only TEXT] [--seed N]. Exits 1 if anything fails.
const { values } = parseArgs({
  options: {
    // What takes minutes, too; and every crash, where it is a few of them else, drawn from the seed.
    all: { type: "boolean", default: false },
    only: { type: "string", default: "" },
    seed: { type: "string", default: "1" },
  },
})
const url = process.env["BCOPY_TEST_S3_URL"] ?? ""
const { passed, failed } = await (url === "" ? testDouble() : testUserBucket(url))
console.log(`test:s3: ${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 || passed === 0 ? 1 : 0

async function testUserBucket(address: string): Promise<Tally> {
  const place = await openUserBucket(address)
  console.log(`${formatS3Address(place)}, ${place.kind}`)
  try {
    const cases = chosen(await s3Cases([place]))
    for (const { name, notForUsers } of cases)
      if (notForUsers !== undefined) console.log(`left out: ${name}: ${notForUsers}`)
    return await runCases(cases.filter(({ notForUsers }) => notForUsers === undefined))
  } finally {
    for (const left of await clearFolder(place)) console.log(`stays: ${left}`)
  }
}

async function testDouble(): Promise<Tally> {
  const picks = { every: values.all ? 1 : 71, seed: Number(values.seed) }
  const server = await startDouble()
  // As some are, and fit to keep a repository where there are versions.
  const careless = await startDouble({ conditionalCreate: "ignored" })
  console.log(`the S3 server of the tests, at ${server.endpoint}`)
  try {
    const onCareless = crashCases(careless, picks).flatMap((one): S3Case[] =>
      one.name.startsWith("versioned") ? [{ ...one, name: `creates that all win, ${one.name}`, takes: "minutes" }] : [],
    )
    const cases = [...(await s3Cases(testBuckets(server))), ...crashCases(server, picks), ...onCareless]
    return await runCases(chosen(cases))
  } finally {
    await Promise.all([server.stop(), careless.stop()])
  }
}

function chosen(cases: readonly S3Case[]): readonly S3Case[] {
  return cases.filter(({ name, takes }) => name.includes(values.only) && (values.all || takes !== "minutes"))
}
