import { argon2 } from "node:crypto"
import { promisify } from "node:util"
import { CryptoError } from "./crypto-error.ts"
import { KEY_BYTES } from "./derive-keys.ts"

/** Argon2id, RFC 9106: how a key is made of a password. */
export interface PasswordParameters {
  readonly memoryKiB: number
  /** Passes over that memory. */
  readonly passes: number
  readonly lanes: number
}

/** What `init` and `keys add` use: the second choice of RFC 9106, section 4. */
export const defaultPasswordParameters: PasswordParameters = { memoryKiB: 64 << 10, passes: 3, lanes: 4 }

// Beside other work: two repositories open in the time of one.
const argon2id = promisify(argon2)

/** docs/format.md, Limits: a reader refuses more before it allocates anything. */
const MAX_MEMORY_KIB = 1 << 20
const MAX_PASSES = 64
const MAX_LANES = 16
/** docs/format.md, Limits: a writer makes nothing weaker (OWASP, Password Storage: m = 46 MiB, t = 1). */
const MIN_MEMORY_KIB = 47 << 10
/** docs/format.md, Key slots */
export const PASSWORD_SALT_BYTES = 16
const MAX_PASSWORD_BYTES = 4096

/** @throws CryptoError `TooCostly` if a reader must not even try */
export function requireAffordable({ memoryKiB, passes, lanes }: PasswordParameters): void {
  if (memoryKiB <= MAX_MEMORY_KIB && passes <= MAX_PASSES && lanes <= MAX_LANES) return
  throw new CryptoError(
    "TooCostly",
    `a key slot asks for ${memoryKiB} KiB, ${passes} passes and ${lanes} lanes, more than ${MAX_MEMORY_KIB}, ${MAX_PASSES} and ${MAX_LANES}`,
  )
}

/** @throws CryptoError `TooCostly`, `BadArgument` if it is less than a writer may use */
export function requireStrong(parameters: PasswordParameters): void {
  const { memoryKiB, passes, lanes } = parameters
  requireAffordable(parameters)
  const areWhole = [memoryKiB, passes, lanes].every(Number.isInteger)
  if (areWhole && memoryKiB >= MIN_MEMORY_KIB && passes >= 1 && lanes >= 1) return
  throw new CryptoError(
    "BadArgument",
    `Argon2id with ${memoryKiB} KiB, ${passes} passes and ${lanes} lanes is too weak: at least ${MIN_MEMORY_KIB} KiB, 1 and 1`,
  )
}

/**
 * The key of a password: Argon2id over its UTF-8 in Normalization Form C (as RFC 8265, OpaqueString), so that it is the
 * same from every keyboard. @throws CryptoError `BadArgument` for an empty or very long password, `TooCostly`
 */
export async function passwordKey(
  password: string,
  salt: Uint8Array,
  parameters: PasswordParameters,
): Promise<Uint8Array> {
  requireAffordable(parameters)
  const message = passwordBytes(password)
  const { memoryKiB: memory, passes, lanes: parallelism } = parameters
  try {
    return await argon2id("argon2id", { message, nonce: salt, memory, passes, parallelism, tagLength: KEY_BYTES })
  } catch (cause) {
    const costs = `${memory} KiB, ${passes} passes and ${parallelism} lanes`
    throw new CryptoError("TooCostly", `Argon2id does not run here with ${costs}`, { cause })
  } finally {
    message.fill(0)
  }
}

/** @throws CryptoError `BadArgument` for what is no password */
export function passwordBytes(password: string): Uint8Array {
  // UTF-8 has but one form for all halves of surrogate pairs: they would all be one password.
  if (!password.isWellFormed()) throw new CryptoError("BadArgument", "the password is not Unicode text")
  const bytes = Buffer.from(password.normalize("NFC"), "utf8")
  if (bytes.length === 0) throw new CryptoError("BadArgument", "the password is empty")
  if (bytes.length > MAX_PASSWORD_BYTES)
    throw new CryptoError("BadArgument", `a password of ${bytes.length} bytes, at most ${MAX_PASSWORD_BYTES}`)
  return bytes
}
