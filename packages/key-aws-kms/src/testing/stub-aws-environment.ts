import { tmpdir } from "node:os"
import { join } from "node:path"
import { vi } from "vitest"

/** Hides what this machine says of AWS, until `vi.unstubAllEnvs`: a test has only what it gives. */
export function stubAwsEnvironment(home = join(tmpdir(), "bcopy-no-such-home")): void {
  for (const name of Object.keys(process.env).filter((one) => /^AWS_|_proxy$/i.test(one))) vi.stubEnv(name, undefined)
  vi.stubEnv("HOME", home)
  vi.stubEnv("USERPROFILE", home)
  vi.stubEnv("AWS_CONFIG_FILE", join(home, "config"))
  vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", join(home, "credentials"))
}
