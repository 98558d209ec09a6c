import type { KeyObject } from "node:crypto"
import type { SecretKey } from "./secret-key.ts"

/** A key as Node's functions take it. */
export function keyObject(key: SecretKey): KeyObject {
  return key as KeyObject
}
