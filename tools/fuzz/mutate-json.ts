import type { SeededRandom } from "./seeded-random.ts"

const strange: readonly unknown[] = [
  null,
  true,
  0,
  -0,
  -1,
  0.5,
  1e300,
  2 ** 53,
  2 ** 53 - 1,
  2 ** 48,
  "",
  "\u0000",
  "\ud800",
  "0".repeat(32),
  "f".repeat(64),
  "x".repeat(5000),
  "__proto__",
  [],
  {},
  Array.from({ length: 300 }, () => 0),
  Array.from({ length: 300 }, () => ({})),
  "unknown",
  "lost",
  "point",
  "fence",
  "damaged",
  "constructor",
]
const keys = [
  "__proto__",
  "constructor",
  "toString",
  "kind",
  "lost",
  "features",
  "catalogue",
  "since",
  "manifest",
  "entries",
]

/** JSON with one to three of its values replaced, taken away, doubled or buried. */
export function mutateJson(text: string, random: SeededRandom): string {
  let value: unknown = JSON.parse(text)
  for (let harms = 1 + random.below(3); harms > 0; harms--) value = harm(value, random)
  // `-0` and own keys called `__proto__` must reach the parser as they are.
  const json = JSON.stringify(value) ?? "null"
  return random.below(200) === 0 ? `${"[".repeat(20_000)}${json}${"]".repeat(20_000)}` : json
}

function harm(value: unknown, random: SeededRandom): unknown {
  if (random.below(6) === 0 || typeof value !== "object" || value === null) return random.pick(strange)
  if (Array.isArray(value)) {
    const at = random.below(value.length + 1)
    const item: unknown = value[at]
    if (value.length === 0) return [random.pick(strange)]
    switch (random.below(4)) {
      case 0:
        return value.toSpliced(at, 1)
      case 1:
        return value.toSpliced(at, 0, item ?? value[0])
      case 2:
        return value.toReversed()
      default:
        return value.with(Math.min(at, value.length - 1), harm(value[Math.min(at, value.length - 1)], random))
    }
  }
  const entries = Object.entries(value)
  const at = random.below(entries.length + 1)
  const chosen = entries[at]
  if (chosen === undefined || random.below(8) === 0) return own([...entries, [random.pick(keys), random.pick(strange)]])
  if (random.below(5) === 0) return own(entries.toSpliced(at, 1))
  return own(entries.with(at, [chosen[0], harm(chosen[1], random)]))
}

/** An object with just these own properties, also one called `__proto__`. */
function own(entries: readonly (readonly [string, unknown])[]): object {
  const made = {}
  for (const [key, value] of entries)
    Object.defineProperty(made, key, { value, enumerable: true, configurable: true, writable: true })
  return made
}
