import { readFile } from "node:fs/promises"
import type { S3Address, S3Connection, S3Store } from "@bcopy/repo-s3"
import type { Call } from "./cli-command.ts"
import { CliError } from "./cli-error.ts"
import type { Io } from "./io.ts"

/**
 * Opens the bucket that an address names. Endpoint, region and credentials are those of the AWS tools: environment and
 * shared configuration. @throws CliError `Usage`; StoreError
 */
export async function openBucket(
  text: string,
  { io: { env }, signal, buckets }: Pick<Call, "io" | "signal" | "buckets">,
): Promise<S3Store> {
  const { openS3Store, parseS3Address, requestsByClass } = await import("@bcopy/repo-s3")
  const address = usage(() => parseS3Address(text))
  const store = await openS3Store({ ...address, connection: await connectionOf(env) }, { signal })
  buckets.add(text, store, requestsByClass)
  return store
}

/** What is wrong with an address is a matter of usage. */
function usage(parse: () => S3Address): S3Address {
  try {
    return parse()
  } catch (error) {
    const { message, hint } = error as { message: string; hint?: string }
    throw new CliError("Usage", message, { cause: error, ...(hint !== undefined && { hint }) })
  }
}

/** What the environment says and the AWS SDK does not read by itself. */
async function connectionOf(env: Io["env"]): Promise<S3Connection> {
  const bundle = env["AWS_CA_BUNDLE"] || undefined
  const ca =
    bundle === undefined
      ? undefined
      : await readFile(bundle, "utf8").catch((error: unknown) => {
          throw new CliError("Usage", `AWS_CA_BUNDLE: ${(error as Error).message}`, { cause: error })
        })
  return {
    ...(ca !== undefined && { ca }),
    allowPlaintext: env["BCOPY_ALLOW_PLAINTEXT"] === "1",
  }
}
