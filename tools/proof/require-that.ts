/** Throws with `message` unless `holds`. */
export function requireThat(holds: boolean, message: string): asserts holds {
  if (!holds) throw new Error(message)
}
