/** What may become of a request on its way to a service and back. */
export const weatherKinds = [
  /** 503 SlowDown; nothing happens. */
  "storm",
  /** The connection is reset before the body is sent. */
  "reset",
  /** The connection is reset when half of the body has come to the service; of one without body, at once. */
  "half-sent",
  /** The request takes effect, and the connection is reset instead of an answer. */
  "lost",
  /** The answer is reset in its middle. */
  "cut",
  /** The answer ends in its middle, whatever length it said. */
  "truncated",
  /** The answer comes in pieces with pauses between. */
  "trickle",
  /** The answer does not come for longer than anybody waits. */
  "stall",
  /** A request that writes fails at once, and takes effect seconds later. */
  "late",
  /** 400 ExpiredToken; nothing happens. */
  "expired",
  /** 403 RequestTimeTooSkewed; nothing happens. */
  "skewed",
  /** The answer's Date is minutes off. */
  "wrong-date",
] as const
export type WeatherKind = (typeof weatherKinds)[number]

/** Weather of one kind, as data. */
export interface Gust {
  readonly kind: WeatherKind
  /** The share of requests that it hits. */
  readonly rate: number
  /** So many requests pass before it begins. */
  readonly after?: number
  /** It is over so long after its first hit. */
  readonly forMs?: number
  /** It hits so many requests at most. */
  readonly times?: number
  /** Only requests whose method and URL match. */
  readonly only?: RegExp
}

/** What hits a request: the kind, and a number from 0 up to but not including 1 for details of it. */
export interface Hit {
  readonly kind: WeatherKind
  readonly chance: number
}

/**
 * Draws for one request after the other what hits it. Request number _n_ draws the same for the same seed, whatever the
 * others were.
 */
export function drawWeather(gusts: readonly Gust[], seed: number): (request: string) => Hit | undefined {
  const state = gusts.map((gust) => ({ gust, hits: 0, sinceMs: undefined as number | undefined }))
  let number = 0
  return (request) => {
    number++
    let chance = chanceOf(seed, number)
    for (const one of state) {
      const { rate, after = 0, times = Infinity, forMs = Infinity, only, kind } = one.gust
      const isOver = one.hits >= times || (one.sinceMs !== undefined && Date.now() - one.sinceMs > forMs)
      if (number <= after || isOver || (only !== undefined && !only.test(request))) continue
      if (chance >= rate) {
        chance -= rate
        continue
      }
      one.hits++
      one.sinceMs ??= Date.now()
      return { kind, chance: chance / rate }
    }
    return undefined
  }
}

/** A number from 0 up to but not including 1 for each number of a request. */
function chanceOf(seed: number, number: number): number {
  let mixed = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(number, 0xc2b2ae35)
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
  return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
}
