import { listKeys, rotateKeys, tryKey } from "@bcopy/copy-engine"
import type { KeySlot } from "@bcopy/crypto"
import type { Outcome } from "../cli-command.ts"
import { CliError } from "../cli-error.ts"
import { kmsKeysOf } from "../kms-key.ts"
import { newPassword } from "../new-password.ts"
import { readPassword } from "../read-password.ts"
import { givenKey } from "../repository-key.ts"
import type { KeyCall } from "./key-call.ts"
import { factsOf, meansOf, renderLocked, renderOpen } from "./render-slots.ts"

/** `bcopy keys rotate`: a new root and a new epoch; who knows the old root opens nothing that comes. */
export async function rotateKeysAction(call: KeyCall): Promise<Outcome> {
  const { repository, options, signal } = call
  const { dryRun = false, yes = false, hint, otherPasswordFile = [] } = options
  const password = await passwordToKeep(call)
  const otherPasswords: string[] = []
  for (const file of otherPasswordFile) otherPasswords.push(await otherPassword(call, file))
  const externalKeys = await kmsKeysOf(await slotsInForce(call), call)
  const given = { externalKeys, otherPasswords, dropOthers: yes, giveUpLogs: yes, dryRun, signal }
  const report = await rotateKeys(repository, {
    ...given,
    ...(password && { password: { ...password, ...(hint !== undefined && { hint }) } }),
  })
  const { before, after, kept, dropped, locked, open } = report
  const lines = [
    after === undefined
      ? `would make a root after generation ${before.generation}`
      : `root ${after.generation} is in force, fingerprint ${after.fingerprint}`,
    // Their successors have ids of their own.
    ...kept.map((slot) => `  kept: ${meansOf(slot)} ${slot.label ?? ""}`.trimEnd()),
    ...dropped.map((slot) => `  dropped: ${slot.id.slice(0, 8)} ${meansOf(slot)} ${slot.label ?? ""}`.trimEnd()),
    ...renderLocked(locked),
    ...renderOpen(open),
    "what was stored before stays readable with the old root: `bcopy keys rewrite` seals it anew",
  ]
  return {
    document: {
      dryRun,
      repository: repository.name,
      before,
      after,
      kept: kept.map(factsOf),
      dropped: dropped.map(factsOf),
      locked: locked.map(({ slot }) => factsOf(slot)),
      open,
    },
    text: lines.join("\n"),
  }
}

/** One that opens nothing is a mistake: its slot would be dropped with --yes. @throws CliError `Usage` */
async function otherPassword({ repository, io, signal }: KeyCall, file: string): Promise<string> {
  const password = (await readPassword({ file, variable: "BCOPY_OTHER_PASSWORD" }, io)) as string
  const { opened } = await tryKey(repository, { type: "password", password }, { signal })
  if (opened.length === 0)
    throw new CliError("Usage", `the password in ${file} opens no key slot`, {
      hint: "Check the file: its first line counts.",
    })
  return password
}

/** What is wrapped anew; a slot that somebody laid there is asked for nothing. */
async function slotsInForce({ repository, signal }: KeyCall): Promise<readonly KeySlot[]> {
  const { slots } = await listKeys(repository, { signal })
  return slots.filter(({ state }) => state === "in force").map(({ slot }) => slot)
}

/** The password that opened the repository, and the one that takes its place: a new one where one is given. */
async function passwordToKeep(call: KeyCall): Promise<{ readonly old: string; readonly new: string } | undefined> {
  const { repository, options, io } = call
  if (repository.keys?.slot.means.type !== "password") return undefined
  const { password } = await givenKey(call)
  const old = password ?? (await io.prompt?.("the password once more, for the new root: "))
  if (old === undefined) throw new CliError("Usage", "no password was given")
  const { newPasswordFile, newPasswordCommand, newPasswordFd } = options
  const isNew = [newPasswordFile, newPasswordCommand, newPasswordFd, io.env["BCOPY_NEW_PASSWORD"] || undefined]
  return { old, new: isNew.some((place) => place !== undefined) ? await newPassword(call) : old }
}
