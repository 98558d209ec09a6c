import { createHash } from "node:crypto"
import { CryptoError } from "./crypto-error.ts"
import { KEY_BYTES } from "./derive-keys.ts"

/** What opens a repository when every password is lost. It leaves once, as a file for paper or a safe. */
export interface RecoveryKit {
  readonly repository: string
  /** Where the repository lies, for people. */
  readonly name: string
  readonly madeAtMs: number
  /** The root generation that was in force, and its fingerprint: the kit tells its repository from a forged one. */
  readonly generation: number
  readonly fingerprint: string
  readonly privateKey: Uint8Array
}

const TITLE = "bcopy recovery kit"
const CHECK_BYTES = 4

/** The kit as text, its name in one line; its key in groups that can be typed off paper, with a checksum. */
export function renderRecoveryKit(kit: RecoveryKit): string {
  const { repository, name, madeAtMs, generation, fingerprint, privateKey } = kit
  const groups = Buffer.concat([privateKey, checksum(privateKey)])
    .toString("hex")
    .match(/.{4}/g) as string[]
  const rows = [groups.slice(0, 9).join(" "), groups.slice(9).join(" ")]
  return `${TITLE}

Whoever has this opens the repository without a password. Keep it where neither
the repository nor the machines that are backed up can be lost with it.

    bcopy restore --repo REPO --recovery-kit THIS-FILE ...

made:        ${new Date(madeAtMs).toISOString()}
place:       ${name.replace(/[\p{Cc}\u2028\u2029]+/gu, " ")}
repository:  ${repository}
root:        ${generation} ${fingerprint}
key:         ${rows.join("\n             ")}
`
}

/** @throws CryptoError `Damaged` if it is no kit, or its key has a typing error */
export function parseRecoveryKit(text: string): RecoveryKit {
  const damaged = (what: string) => new CryptoError("Damaged", `this is no recovery kit as it was written: ${what}`)
  if (!text.trimStart().startsWith(TITLE)) throw damaged(`it does not begin with "${TITLE}"`)
  const field = (name: string) => new RegExp(`^${name}:[ \\t]*(.+)$`, "m").exec(text)?.[1]?.trim()
  const repository = field("repository") ?? ""
  const [, generation, fingerprint] = /^(\d{1,10}) ([0-9a-f]{64})$/.exec(field("root") ?? "") ?? []
  const digits = (/^key:([0-9a-fA-F\s]+)/m.exec(text)?.[1] ?? "").replace(/\s/g, "")
  const bytes = Buffer.from(digits, "hex")
  if (!/^[0-9a-f]{32}$/.test(repository)) throw damaged("it names no repository")
  if (generation === undefined || fingerprint === undefined) throw damaged("it names no root")
  const privateKey = new Uint8Array(bytes.subarray(0, KEY_BYTES))
  if (digits.length !== 2 * (KEY_BYTES + CHECK_BYTES) || !checksum(privateKey).equals(bytes.subarray(KEY_BYTES)))
    throw damaged("the key has a typing error, or is not whole")
  bytes.fill(0)
  return {
    repository,
    name: field("place") ?? "",
    madeAtMs: Date.parse(field("made") ?? "") || 0,
    generation: Number(generation),
    fingerprint,
    privateKey,
  }
}

function checksum(key: Uint8Array): Buffer {
  return createHash("sha256").update(key).digest().subarray(0, CHECK_BYTES)
}
