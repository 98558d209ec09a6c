import type { ExternalKey, KeySlot } from "@bcopy/crypto"
import { EngineError } from "@bcopy/copy-engine"
import type { Call } from "./cli-command.ts"

/** What slots call a key in AWS KMS. */
export const AWS_KMS = "aws-kms"

/** The keys that AWS KMS keeps for these slots; none is asked for anything yet. */
export async function kmsKeysOf(
  slots: readonly KeySlot[],
  call: Pick<Call, "signal">,
): Promise<readonly ExternalKey[]> {
  const ids = new Set(
    slots.flatMap(({ means }) => (means.type === "external" && means.provider === AWS_KMS ? [means.keyId] : [])),
  )
  return Promise.all([...ids].map((keyId) => openKmsKey(keyId, call)))
}

/** A key in AWS KMS, as the AWS tools' own settings reach it. What goes wrong with it is the engine's error of a key. */
export async function openKmsKey(keyId: string, { signal }: Pick<Call, "signal">): Promise<ExternalKey> {
  // Whoever uses none waits for no SDK to be loaded.
  const { isKmsError, openAwsKmsKey } = await import("@bcopy/key-aws-kms")
  const inEngine = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work()
    } catch (error) {
      if (!isKmsError(error)) throw error
      const { message, hint } = error
      throw new EngineError("WrongKey", message, { cause: error, ...(hint !== undefined && { hint }) })
    }
  }
  const key = await inEngine(async () => openAwsKmsKey({ keyId }))
  return {
    provider: AWS_KMS,
    get keyId() {
      return key.keyId
    },
    wrap: (secret, context) => inEngine(() => key.wrap(secret, context, { signal })),
    unwrap: (wrapped, context) => inEngine(() => key.unwrap(wrapped, context, { signal })),
  }
}
