import { DeleteObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3"
import type { LockStage } from "./lock-stage.ts"
import { type StoredVersion, storedVersions } from "./stored-versions.ts"

const AT_ONCE = 8
const kinds: readonly (readonly [string, RegExp])[] = [
  ["birth certificate", /^bcopy\.json$/],
  ["key slot", /^keys\//],
  ["settings of the repository", /^log\//],
  ["settings of the backup", /^backups\/\w+\/settings\//],
  ["log entry", /^backups\/\w+\/log\//],
  ["data pack", /\/packs\/.*[13579bdf]$/],
  ["map pack", /\/packs\//],
  ["beat", /\/sessions\//],
  ["condemned list", /\/condemned\/\w+$/],
  ["final list", /\/condemned\/\w+\.final$/],
  ["closed list", /\/condemned\/\w+\.closed$/],
]

/** What the object under a key is. */
export function kindOf(key: string): string {
  return kinds.find(([, pattern]) => pattern.test(key))?.[0] ?? key
}

/**
 * Lays something over every object of a repository as a client does that knows nothing of it: the bytes of another object of
 * its kind, as far as there is another, or a delete marker. Gives what the keys meant before.
 */
export async function layOver(
  stage: LockStage,
  what: "another's bytes" | "markers",
): Promise<readonly StoredVersion[]> {
  const { client, place } = stage
  const found = (await storedVersions(stage)).filter(({ marker }) => !marker)
  // Of each key the newest version is listed first.
  const meant = [...new Map(found.map((one) => [one.key, one])).values()]
  const bytes = new Map<string, Uint8Array>()
  for (const { key, version } of meant) bytes.set(key, await stage.read(key, version))
  const waiting = meant.map(({ key }) => key)
  const one = async () => {
    for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
      const object = { Bucket: place.bucket, Key: place.prefix + key }
      if (what === "markers") await client.send(new DeleteObjectCommand(object))
      else await client.send(new PutObjectCommand({ ...object, Body: otherThan(key, bytes) }))
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, one))
  return meant
}

function otherThan(key: string, bytes: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const others = [...bytes].filter(([other]) => other !== key && kindOf(other) === kindOf(key))
  return others.at(-1)?.[1] ?? new TextEncoder().encode(`not ${key}`)
}
