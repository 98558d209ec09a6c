/**
 * A secret key that shows itself to nobody who prints it: a `KeyObject` of `node:crypto`, as `createSecretKey` makes it. Named
 * by what it has, so that whoever uses these types needs not those of Node.
 */
export interface SecretKey {
  readonly type: "secret" | "public" | "private"
  export(): Uint8Array
}
