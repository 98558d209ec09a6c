import type { LogState, SessionId } from "@bcopy/chain-format"

/** Sessions of which a log knows what became of them: they committed, or a fence names them. */
export function settledSessions(...states: readonly LogState[]): ReadonlySet<SessionId> {
  return new Set(
    states.flatMap(({ fenced, points, removed }) => [
      ...fenced.map(({ session }) => session),
      ...points.map(({ session }) => session),
      ...removed.map(({ point }) => point.session),
    ]),
  )
}
