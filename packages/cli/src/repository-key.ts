import { readFile } from "node:fs/promises"
import { isCryptoError, parseRecoveryKit, type RecoveryKit, type Secret } from "@bcopy/crypto"
import type { KeyAccess } from "@bcopy/copy-engine"
import type { Call } from "./cli-command.ts"
import { CliError } from "./cli-error.ts"
import type { FromKeyOptions, KeyOptions } from "./key-options.ts"
import { kmsKeysOf } from "./kms-key.ts"
import { type PasswordPlaces, readPassword } from "./read-password.ts"

/** So often a person may mistype. */
const PROMPTS = 3

/** What was given to open a repository: by options, or by the environment. */
export interface GivenKey {
  readonly password?: string
  readonly kit?: RecoveryKit
  readonly fingerprint?: string
  /** Whether the password was given for another repository, and is only tried on this one. */
  readonly isGuess?: boolean
}

/** What was read already, by the options of its call: a pipe or a descriptor can be read once, and a command should run once. */
const known = new WeakMap<object, Promise<GivenKey>>()

/** What was given for the repository that a command works on: read once, however often it is asked for. @throws CliError `Usage` */
export async function givenKey(call: Pick<Call<KeyOptions>, "options" | "io">): Promise<GivenKey> {
  const key = known.get(call.options) ?? readKey(call)
  known.set(call.options, key)
  return key
}

async function readKey({ options, io }: Pick<Call<KeyOptions>, "options" | "io">): Promise<GivenKey> {
  const { passwordFile: file, passwordCommand: command, passwordFd: fd, recoveryKit, fingerprint } = options
  if (fingerprint !== undefined && !/^[0-9a-f]{64}$/.test(fingerprint))
    throw new CliError("Usage", `--fingerprint ${fingerprint} is not 64 hex digits`, {
      hint: "`bcopy keys list` shows it.",
    })
  const given = await readGiven({ file, command, fd, variable: "BCOPY_PASSWORD" }, recoveryKit, io)
  return { ...given, ...(fingerprint !== undefined && { fingerprint }) }
}

/**
 * Reads what was given for the two repositories of a copy. One password given is tried on both; only what was given for the
 * target itself says that the target must be encrypted. @throws CliError `Usage`
 */
export async function givenKeys(
  call: Pick<Call<KeyOptions & FromKeyOptions>, "options" | "io">,
): Promise<{ readonly from: GivenKey; readonly to: GivenKey }> {
  const { options, io } = call
  const { fromPasswordFile: file, fromPasswordCommand: command, fromPasswordFd: fd, fromRecoveryKit } = options
  const to = await givenKey(call)
  // What was read of a descriptor is there no more for the other.
  const from =
    fd !== undefined && fd === options.passwordFd
      ? { ...(to.password !== undefined && { password: to.password }) }
      : await readGiven({ file, command, fd, variable: "BCOPY_FROM_PASSWORD" }, fromRecoveryKit, io)
  const isGiven = ({ password, kit }: GivenKey) => password !== undefined || kit !== undefined
  return {
    from: isGiven(from) ? from : { ...(to.password !== undefined && { password: to.password }) },
    to: isGiven(to) ? to : { ...to, ...(from.password !== undefined && { password: from.password, isGuess: true }) },
  }
}

async function readGiven(places: PasswordPlaces, kitFile: string | undefined, io: Call["io"]): Promise<GivenKey> {
  const password = await readPassword(places, io)
  const kit = kitFile === undefined ? undefined : await readKit(kitFile)
  return { ...(password !== undefined && { password }), ...(kit && { kit }) }
}

/** How the engine comes by the key: what was given, then keys that services keep, then a person. */
export function keyAccess(
  { password, kit, fingerprint, isGuess = false }: GivenKey,
  call: Pick<Call, "io" | "signal">,
): KeyAccess {
  const { prompt } = call.io
  const root = kit ?? (fingerprint === undefined ? undefined : { fingerprint })
  return {
    given: !isGuess && (password !== undefined || kit !== undefined),
    ...(root && { root }),
    async *secrets({ name, types, slotsOf }): AsyncIterable<Secret> {
      if (password !== undefined) yield { type: "password", password }
      if (kit !== undefined) yield { type: "recovery", privateKey: kit.privateKey }
      if (types.has("external"))
        for (const key of await kmsKeysOf(await slotsOf("external"), call)) yield { type: "external", key }
      const isSettled = !isGuess && (password !== undefined || kit !== undefined)
      if (prompt === undefined || isSettled || !types.has("password")) return
      for (let attempt = 0; attempt < PROMPTS; attempt++) {
        const typed = await prompt(`${attempt === 0 ? "" : "It opens nothing. "}password of ${name}: `)
        if (typed === "") return
        yield { type: "password", password: typed }
      }
    },
  }
}

/** @throws CliError `Usage` */
async function readKit(path: string): Promise<RecoveryKit> {
  try {
    return parseRecoveryKit(await readFile(path, "utf8"))
  } catch (error) {
    if (isCryptoError(error)) throw new CliError("Usage", `${path}: ${error.message}`, { cause: error })
    throw new CliError("Usage", `recovery kit: ${(error as Error).message}`, { cause: error })
  }
}
