import type { ConformanceCase } from "./conformance-case.ts"
import { listCases } from "./list-cases.ts"
import { openCases } from "./open-cases.ts"
import { readCases } from "./read-cases.ts"
import { spanCases } from "./span-cases.ts"

/**
 * What every source must do, as data for any test runner:
 *
 *     for (const { name, run } of conformance) test(name, () => run(makeSubject))
 *
 * A subject with several disks, one of them empty and one ending inside a block, says most.
 */
export const conformance: readonly ConformanceCase[] = [...listCases, ...openCases, ...spanCases, ...readCases]
