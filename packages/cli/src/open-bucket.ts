import { readFile } from "node:fs/promises"
import { isStoreError } from "@bcopy/repo"
import type { S3Connection, S3Store } from "@bcopy/repo-s3"
import type { Call } from "./cli-command.ts"
import { CliError } from "./cli-error.ts"
import type { Io } from "./io.ts"

/**
 * Opens the bucket that an address names, once for a run. Endpoint, region and credentials are those of the AWS tools:
 * environment and shared configuration. @throws CliError `Usage` for what names no place; StoreError
 */
export async function openBucket(
  text: string,
  { io: { env }, signal, buckets }: Pick<Call, "io" | "signal" | "buckets">,
): Promise<S3Store> {
  const known = buckets.find(text)
  if (known !== undefined) return known
  const { openS3Store, parseS3Address, requestsByClass } = await import("@bcopy/repo-s3")
  const connection = await connectionOf(env)
  try {
    const store = await openS3Store({ ...parseS3Address(text), connection }, { signal })
    buckets.add(text, store, requestsByClass)
    return store
  } catch (error) {
    // An address, an endpoint or a region that is none.
    if (!isStoreError(error) || error.code !== "BadKey") throw error
    const { message, hint } = error
    throw new CliError("Usage", message, { cause: error, ...(hint !== undefined && { hint }) })
  }
}

/** What the environment says and the AWS SDK does not read by itself. */
async function connectionOf(env: Io["env"]): Promise<S3Connection> {
  const bundle = env["AWS_CA_BUNDLE"] ?? ""
  const allowPlaintext = env["BCOPY_ALLOW_PLAINTEXT"] === "1"
  if (bundle === "") return { allowPlaintext }
  try {
    return { ca: await readFile(bundle, "utf8"), allowPlaintext }
  } catch (error) {
    throw new CliError("Usage", `AWS_CA_BUNDLE: ${(error as Error).message}`, { cause: error })
  }
}
