import { readFile } from "node:fs/promises"
import type { ExternalKey, KeySlot } from "@bcopy/crypto"
import type { Call } from "./cli-command.ts"
import { CliError } from "./cli-error.ts"

/** What slots call a key in AWS KMS. */
export const AWS_KMS = "aws-kms"

type KmsCall = Pick<Call, "signal" | "io">

/** The keys that AWS KMS keeps for these slots; none is asked for anything before it is used. */
export async function kmsKeysOf(slots: readonly KeySlot[], call: KmsCall): Promise<readonly ExternalKey[]> {
  const ids = new Set(
    slots.flatMap(({ means }) => (means.type === "external" && means.provider === AWS_KMS ? [means.keyId] : [])),
  )
  return [...ids].map((keyId) => lazyKey(keyId, call))
}

/** A key in AWS KMS, as the AWS tools' own settings reach it. @throws KmsError */
export async function openKmsKey(keyId: string, call: KmsCall): Promise<ExternalKey> {
  const { signal } = call
  const key = await connect(keyId, call)
  return {
    provider: AWS_KMS,
    get keyId() {
      return key.keyId
    },
    wrap: (secret, context) => key.wrap(secret, context, { signal }),
    unwrap: (wrapped, context) => key.unwrap(wrapped, context, { signal }),
  }
}

/** A key that is connected to when it is asked for something: what is wrong with it is of no matter until then. */
function lazyKey(keyId: string, call: KmsCall): ExternalKey {
  let opened: Promise<ExternalKey> | undefined
  const open = () => (opened ??= openKmsKey(keyId, call))
  return {
    provider: AWS_KMS,
    keyId,
    wrap: async (secret, context) => (await open()).wrap(secret, context),
    unwrap: async (wrapped, context) => (await open()).unwrap(wrapped, context),
  }
}

async function connect(keyId: string, { io }: KmsCall) {
  // Whoever uses none waits for no SDK to be loaded.
  const { openAwsKmsKey } = await import("@bcopy/key-aws-kms")
  const bundle = io.env["AWS_CA_BUNDLE"] || undefined
  const ca = bundle === undefined ? undefined : await contentOf(bundle)
  const allowPlaintext = io.env["BCOPY_ALLOW_PLAINTEXT"] === "1"
  return openAwsKmsKey({ keyId, allowPlaintext, ...(ca !== undefined && { ca }) })
}

async function contentOf(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8")
  } catch (error) {
    throw new CliError("Usage", `AWS_CA_BUNDLE: ${(error as Error).message}`, { cause: error })
  }
}
