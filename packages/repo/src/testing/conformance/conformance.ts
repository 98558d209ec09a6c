import { abortCases } from "./abort-cases.ts"
import type { ConformanceCase } from "./conformance-case.ts"
import { createCases } from "./create-cases.ts"
import { listCases } from "./list-cases.ts"
import { lockCases } from "./lock-cases.ts"
import { readCases } from "./read-cases.ts"
import { removeCases } from "./remove-cases.ts"
import { versionCases } from "./version-cases.ts"

/**
 * What every store must do, as data for any test runner: each case makes an empty store and rejects with a sentence
 * that says what did not hold. Choose by what the store claims:
 * ```ts
 * for (const { name, run } of conformance.filter(({ appliesTo }) => appliesTo(capabilities)))
 *   test(name, () => run(makeStore))
 * ```
 */
export const conformance: readonly ConformanceCase[] = [
  ...createCases,
  ...readCases,
  ...listCases,
  ...removeCases,
  ...versionCases,
  ...lockCases,
  ...abortCases,
]
