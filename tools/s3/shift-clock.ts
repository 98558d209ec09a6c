// Loaded before a program (`node --import`): its machine's clock is an hour ahead.
const AHEAD_MS = 3_600_000

const now = Date.now.bind(Date)
globalThis.Date = class extends Date {
  constructor(...args: readonly unknown[]) {
    super(...((args.length === 0 ? [now() + AHEAD_MS] : args) as []))
  }
  static override now(): number {
    return now() + AHEAD_MS
  }
} as DateConstructor
