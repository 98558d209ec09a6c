/**
 * The id of a source's point for people, where it is one of a repository's; `undefined` for sources whose points have no
 * such ids.
 */
export function sourcePoint(id: string): string | undefined {
  return /^[0-9a-f]{32}$/.test(id) ? id.slice(0, 8) : undefined
}
