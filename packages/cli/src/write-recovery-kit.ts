import { open } from "node:fs/promises"
import { EngineError, type RecoveryMaterial } from "@bcopy/copy-engine"
import { newX25519Pair, renderRecoveryKit, type X25519Pair } from "@bcopy/crypto"
import { CliError } from "./cli-error.ts"
import { refuseOutputInside } from "./refuse-output-inside.ts"

/** A recovery key that is about to leave: its public half stays, its private half goes into a file, once. */
export interface LeavingKit {
  readonly path: string
  readonly pair: X25519Pair
}

/**
 * Prepares a kit, for a repository that it must not lie in: who sees the one would have the other.
 * @throws CliError `Refused` if the file exists; EngineError `Refused` if it lies in the repository, or without `yes` in
 * another one, `OutputFailed` if it cannot be made
 */
export async function prepareRecoveryKit(
  path: string,
  { repository, yes = false }: { readonly repository: string; readonly yes?: boolean },
): Promise<LeavingKit> {
  await refuseOutputInside(repository, path, { yes })
  await create(path, "").then(({ close }) => close())
  return { path, pair: newX25519Pair() }
}

/** Writes the kit into the file that was prepared for it, for its owner's eyes, and has it on the disk before it returns. */
export async function writeRecoveryKit({ path, pair }: LeavingKit, made: RecoveryMaterial): Promise<void> {
  const { repository, name, root, atMs } = made
  const text = renderRecoveryKit({ repository, name, madeAtMs: atMs, ...root, privateKey: pair.privateKey })
  const file = await open(path, "r+")
  try {
    await file.truncate()
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function create(path: string, text: string): Promise<{ readonly close: () => Promise<void> }> {
  try {
    const file = await open(path, "wx", 0o600)
    await file.writeFile(text)
    return { close: () => file.close() }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code !== "EEXIST") throw new EngineError("OutputFailed", `recovery kit: ${message}`, { cause: error })
    throw new CliError("Refused", `${path} exists already: a recovery kit overwrites nothing`, { cause: error })
  }
}
