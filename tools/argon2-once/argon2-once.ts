import { vi } from "vitest"

// For tests that open the same password over the same salt again and again: Argon2id as it is, once for each in a test file.
vi.mock(import("node:crypto"), async (original) => {
  const crypto = await original()
  type Done = (error: Error | null, key: Buffer) => void
  const keys = new Map<string, Buffer>()
  const once = (algorithm: "argon2id", options: { message: Uint8Array; nonce: Uint8Array }, done: Done) => {
    const { message, nonce, ...costs } = options
    const name = JSON.stringify([algorithm, [...message], [...nonce], costs])
    const known = keys.get(name)
    if (known !== undefined) return done(null, Buffer.from(known))
    crypto.argon2(algorithm, options as Parameters<typeof crypto.argon2>[1], (error, key) => {
      if (error === null) keys.set(name, Buffer.from(key))
      done(error, key)
    })
  }
  return { ...crypto, argon2: once as typeof crypto.argon2 }
})
