import type { AwsClient } from "./aws-client.ts"

/** Longest wait for credentials that nobody named: a machine that is no instance of a cloud has none to ask. */
const CREDENTIALS_TIMEOUT_MS = 3_000

/**
 * Looks for credentials, so that who has none is told at once. Where the way to them was named (a profile, a provider of the
 * caller's own), it may take its time: it may ask a person. The client is destroyed if there are none.
 * @throws Error named `CredentialsProviderError`, or what the named way throws
 */
export async function findCredentials(
  client: Pick<AwsClient, "config" | "destroy">,
  { isNamed }: { readonly isNamed: boolean },
): Promise<void> {
  const { promise: tooLate, reject } = Promise.withResolvers<never>()
  const limit = AbortSignal.timeout(CREDENTIALS_TIMEOUT_MS)
  const none = () => reject(Object.assign(new Error("nobody gave any in 3 s"), { name: "CredentialsProviderError" }))
  limit.addEventListener("abort", none)
  try {
    const given = client.config.credentials()
    await (isNamed ? given : Promise.race([given, tooLate]))
  } catch (error) {
    client.destroy()
    throw error
  } finally {
    limit.removeEventListener("abort", none)
  }
}
