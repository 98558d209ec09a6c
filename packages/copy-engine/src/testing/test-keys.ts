import type { RootMark } from "@bcopy/chain-format"
import type { ExternalKey, Secret } from "@bcopy/crypto"
import type { RepositoryEncryption } from "../create-repository.ts"
import type { KeyAccess } from "../unlock-repository.ts"

/** A key that opens at once, where Argon2id would take the time of a whole test. */
export const testKey: ExternalKey = {
  provider: "test",
  keyId: "key-1",
  wrap: async (secret) => secret.map((byte) => byte ^ 0x5a),
  unwrap: async (wrapped) => wrapped.map((byte) => byte ^ 0x5a),
}

/** Opens with secrets one after the other; with the root that a kit would name, also to write. */
export function accessWith(secrets: readonly Secret[], root?: RootMark): KeyAccess {
  return {
    given: true,
    ...(root && { root }),
    async *secrets() {
      yield* secrets
    },
  }
}

/** Encryption with just that key; `onRoot` is told the root that is made. */
export function testEncryption(onRoot: (root: RootMark) => void): RepositoryEncryption {
  let known: RootMark | undefined
  return {
    slots: [{ holder: { type: "external", key: testKey } }],
    keys: {
      given: true,
      get root() {
        return known as RootMark
      },
      async *secrets() {
        yield { type: "external", key: testKey } as const
      },
    },
    onKeys: async ({ root }) => onRoot((known = root)),
  }
}
