import { listKeys, tryKey } from "@bcopy/copy-engine"
import type { KeySlot, Secret } from "@bcopy/crypto"
import type { Outcome } from "../cli-command.ts"
import { kmsKeysOf } from "../kms-key.ts"
import { givenKey } from "../repository-key.ts"
import type { KeyCall } from "./key-call.ts"
import { factsOf, meansOf } from "./render-slots.ts"

/** `bcopy keys verify`: which slots the given keys open. That the repository was opened says that one of them is right. */
export async function verifyKeyAction(call: KeyCall): Promise<Outcome> {
  const { repository, signal } = call
  const { password, kit } = await givenKey(call)
  const { slots } = await listKeys(repository, { signal })
  const secrets: Secret[] = [
    ...(password === undefined ? [] : [{ type: "password", password } as const]),
    ...(kit === undefined ? [] : [{ type: "recovery", privateKey: kit.privateKey } as const]),
    ...(
      await kmsKeysOf(
        slots.map(({ slot }) => slot),
        call,
      )
    ).map((key) => ({ type: "external", key }) as const),
  ]
  const opened = new Map<string, KeySlot>()
  const failures: string[] = []
  for (const secret of secrets) {
    const found = await tryKey(repository, secret, { signal })
    for (const slot of found.opened) opened.set(slot.id, slot)
    failures.push(...found.failures.map(({ message }) => message))
  }
  // Who typed the password opened the repository with it.
  if (secrets.length === 0 && repository.keys !== undefined) opened.set(repository.keys.slot.id, repository.keys.slot)
  return {
    document: { repository: repository.name, opened: [...opened.values()].map(factsOf), failures },
    text: [
      ...[...opened.values()].map((slot) =>
        `opens: ${slot.id.slice(0, 8)} ${meansOf(slot)} ${slot.label ?? ""}`.trimEnd(),
      ),
      ...failures,
    ].join("\n"),
  }
}
