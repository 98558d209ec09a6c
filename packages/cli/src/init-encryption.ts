import { rm, stat } from "node:fs/promises"
import type { CreateRepositoryOptions, NewSlot } from "@bcopy/copy-engine"
import type { Call } from "./cli-command.ts"
import { CliError } from "./cli-error.ts"
import type { KeyOptions } from "./key-options.ts"
import { openKmsKey } from "./kms-key.ts"
import { askTwice } from "./new-password.ts"
import { readPassword } from "./read-password.ts"
import { keyAccess } from "./repository-key.ts"
import { prepareRecoveryKit, writeRecoveryKit } from "./write-recovery-kit.ts"

/** What `init` is told of encryption. `recoveryKit` is a file, or `false`. */
export interface InitKeyOptions extends Omit<KeyOptions, "recoveryKit" | "fingerprint"> {
  readonly encryption: boolean
  readonly recoveryKit?: string | boolean
  readonly hint?: string
  readonly kmsKey?: string
}

/** How a repository is to be encrypted, in what the engine and what people understand. */
export interface InitEncryption {
  readonly encryption: CreateRepositoryOptions["encryption"]
  readonly describe: string
  /** Takes away a recovery kit that was prepared for a repository that was not made. */
  readonly discard: () => Promise<void>
}

/** Decides from options, environment and person how the repository that a REPO text names is encrypted. @throws CliError `Usage`, `Refused` */
export async function initEncryption(repository: string, call: Call<InitKeyOptions>): Promise<InitEncryption> {
  const { options, io } = call
  const { encryption, hint, kmsKey, dryRun = false, yes = false } = options
  const places = { file: options.passwordFile, command: options.passwordCommand, fd: options.passwordFd }
  if (!encryption) {
    const given = [...Object.values(places), hint, kmsKey].some((value) => value !== undefined)
    if (given || typeof options.recoveryKit === "string")
      throw new CliError("Usage", "a key was given, and --no-encryption says that there is none")
    return { encryption: "none", describe: "not encrypted", discard: async () => undefined }
  }
  const kitPath = await kitPathOf(call)
  const given = await readPassword({ ...places, variable: "BCOPY_PASSWORD" }, io)
  // A key that a service keeps is enough: a password beside it is asked for only where it was given.
  const password = given ?? (kmsKey === undefined ? await askTwice(io, "password of the new repository: ") : undefined)
  const kms = kmsKey === undefined ? undefined : await openKmsKey(kmsKey, call)
  if (dryRun) return { encryption: "none", describe: "encrypted", discard: async () => undefined }
  const kit = kitPath === undefined ? undefined : await prepareRecoveryKit(kitPath, { repository, yes })
  const slots: NewSlot[] = []
  if (password !== undefined)
    slots.push({ holder: { type: "password", password }, ...(hint !== undefined && { hint }) })
  if (kms !== undefined) slots.push({ holder: { type: "external", key: kms } })
  if (kit !== undefined) slots.push({ holder: { type: "recovery", publicKey: kit.pair.publicKey } })
  let fingerprint: string | undefined
  const access = keyAccess({ ...(password !== undefined && { password }) }, call)
  return {
    describe: `encrypted${kit === undefined ? "" : `, recovery kit in ${kit.path}`}`,
    encryption: {
      slots,
      keys: {
        ...access,
        given: true,
        get root() {
          return { fingerprint: fingerprint ?? "" }
        },
      },
      async onKeys(made) {
        fingerprint = made.root.fingerprint
        if (kit !== undefined) await writeRecoveryKit(kit, made)
      },
    },
    async discard() {
      // An empty file is no kit. One that was written may belong to what was begun: it stays.
      if (kit !== undefined && (await stat(kit.path)).size === 0) await rm(kit.path)
    },
  }
}

/** Where the recovery kit goes; `undefined` for none, which must have been said. @throws CliError `Refused` */
async function kitPathOf({ options, io }: Call<InitKeyOptions>): Promise<string | undefined> {
  if (typeof options.recoveryKit === "string") return options.recoveryKit
  if (options.recoveryKit === false) return undefined
  const hint =
    "Give a file for it with --recovery-kit FILE, or say --no-recovery-kit: who loses the password then loses everything."
  if (io.ask === undefined) throw new CliError("Refused", "nothing was said of a recovery kit", { hint })
  const answer = (await io.ask("file for the recovery kit (empty: none): ")).trim()
  return answer === "" ? undefined : answer
}
