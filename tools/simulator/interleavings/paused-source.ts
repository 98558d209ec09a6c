/** Lets a source be read up to a block, and there waits; then its window closes. */
export function pausedAt(block: number) {
  const { promise: arrival, resolve: arrive } = Promise.withResolvers<void>()
  const { promise: closed, resolve: close } = Promise.withResolvers<void>()
  const stop = new AbortController()
  return {
    arrival,
    close,
    given: {
      signal: stop.signal,
      async onRead(_disk: string, first: number) {
        if (first < block) return
        arrive()
        await closed
        stop.abort(new Error("the window has closed"))
      },
    },
  }
}
