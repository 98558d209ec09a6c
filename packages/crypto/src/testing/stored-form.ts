/** A value as it comes back from the store: JSON, its bytes as hex digits. docs/format.md, Small objects */
export function storedForm<Value>(value: Value): Stored<Value> {
  return JSON.parse(JSON.stringify(value, bytesAsHex)) as Stored<Value>
}

/** What {@link storedForm} makes of a type. */
export type Stored<Value> = Value extends Uint8Array
  ? string
  : Value extends object
    ? { -readonly [Name in keyof Value]: Stored<Value[Name]> }
    : Value

function bytesAsHex(this: Record<string, unknown>, name: string, value: unknown): unknown {
  const bytes = this[name]
  return bytes instanceof Uint8Array ? Buffer.from(bytes).toString("hex") : value
}
