import { readFile } from "node:fs/promises"
import { isStoreError } from "@bcopy/repo"
import type { S3Encryption, S3Location, S3Store } from "@bcopy/repo-s3"
import type { Call } from "./cli-command.ts"
import { CliError } from "./cli-error.ts"
import type { Io } from "./io.ts"
import { randomFraction } from "./random-fraction.ts"
import { spendingCap } from "./spending-cap.ts"

/** So often a bucket is asked for its settings: some 20 s, as a gateway takes that starts again. */
const OPEN_ATTEMPTS = 8

/** What is needed of a call to open a bucket. */
export type BucketCall = Pick<Call, "io" | "signal" | "buckets" | "options" | "onRetry">

/**
 * Opens the bucket that an address names, once for a run. Where neither the address nor its settings say it, endpoint,
 * region and credentials are those of the AWS tools. @throws CliError `Usage` for what names no place; StoreError
 */
export async function openBucket(text: string, call: BucketCall): Promise<S3Store> {
  const { io, signal, buckets, onRetry } = call
  const known = buckets.find(text)
  if (known !== undefined) return known
  const { formatS3Address, openS3Store, parseS3Location, requestsByClass, estimatePrice } =
    await import("@bcopy/repo-s3")
  try {
    const location = parseS3Location(text)
    const { address, keeping } = location
    const cap = await spendingCap(call)
    const [connection, encryption] = [await connectionOf(location, io.env), await encryptionOf(location)]
    const store = await openS3Store(
      { ...address, ...keeping, connection, ...(encryption && { encryption }), ...(cap && { cap }) },
      {
        signal,
        retry: { attempts: OPEN_ATTEMPTS, baseDelayMs: 100, clock: io.clock, random: randomFraction(io), onRetry },
      },
    )
    const prices = cap?.limits.prices
    buckets.add(text, {
      name: formatS3Address(address),
      store,
      classesOf: requestsByClass,
      ...(prices && { priceOf: (usage) => estimatePrice(usage, prices) }),
    })
    return store
  } catch (error) {
    // An address, a setting, an endpoint or a region that is none.
    if (!isStoreError(error) || error.code !== "BadKey") throw error
    const { message, hint } = error
    throw new CliError("Usage", message, { cause: error, ...(hint !== undefined && { hint }) })
  }
}

/** What the address says, and what the environment says that the AWS SDK does not read by itself. */
async function connectionOf({ connection, caFile }: S3Location, env: Io["env"]) {
  const bundle = caFile ?? env["AWS_CA_BUNDLE"] ?? ""
  const ca = bundle === "" ? undefined : await contentOf(bundle, caFile === undefined ? "AWS_CA_BUNDLE" : "ca")
  const allowPlaintext = connection.allowPlaintext ?? env["BCOPY_ALLOW_PLAINTEXT"] === "1"
  return { ...connection, allowPlaintext, ...(ca && { ca: ca.toString("utf8") }) }
}

async function encryptionOf({ encryption }: S3Location): Promise<S3Encryption | undefined> {
  if (encryption?.type !== "sse-c") return encryption
  const { parseCustomerKey } = await import("@bcopy/repo-s3")
  const { type, keyFile } = encryption
  return { type, key: parseCustomerKey(await contentOf(keyFile, "key-file"), keyFile) }
}

async function contentOf(path: string, what: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (error) {
    throw new CliError("Usage", `${what}: ${(error as Error).message}`, { cause: error })
  }
}
