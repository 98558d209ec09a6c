import { join } from "node:path"
import { builtBcopy } from "../bcopy/built-bcopy.ts"
import { type BcopyRun, runBcopy, type RunBcopyOptions } from "../proof/run-bcopy.ts"
import type { S3Place } from "./buckets.ts"

/** The program, with a tenth of its patience. */
export const hurriedProgram = ["--import", join(import.meta.dirname, "hurry.ts"), builtBcopy]

/**
 * Runs bcopy with a service and its keys in its environment, and nothing else of S3 but `settings`. Several may run at once,
 * against different services.
 */
export function runAgainst(
  place: S3Place | undefined,
  args: readonly string[],
  options?: RunBcopyOptions,
  settings: NodeJS.ProcessEnv = {},
): Promise<BcopyRun> {
  const before = { ...process.env }
  for (const name of Object.keys(before)) if (name.startsWith("AWS_")) delete process.env[name]
  if (place !== undefined) {
    process.env["AWS_ENDPOINT_URL_S3"] = place.endpoint
    process.env["AWS_ACCESS_KEY_ID"] = place.credentials.accessKeyId
    process.env["AWS_SECRET_ACCESS_KEY"] = place.credentials.secretAccessKey
  }
  Object.assign(process.env, settings)
  // The program is started, and has the environment, before this returns.
  const running = runBcopy(args, options)
  for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name]
  Object.assign(process.env, before)
  return running
}
