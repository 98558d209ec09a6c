/** The oldest Node that brings what bcopy needs, as `engines` in package.json says. */
const WANTED = [24, 7] as const

/**
 * One sentence for whoever runs an older Node; `undefined` if this one will do. Takes nothing that an old Node lacks.
 * @param found `process.versions.node`
 */
export function complainOfNode(found: string): string | undefined {
  const [major = 0, minor = 0] = found.split(".").map(Number)
  if (major > WANTED[0] || (major === WANTED[0] && minor >= WANTED[1])) return undefined
  return `bcopy needs Node ${WANTED.join(".")} or newer and found ${found}: install a newer Node, then try again.`
}
