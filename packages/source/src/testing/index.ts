/** Proves sources by the contract of `@bcopy/source`, and stands in for one in tests and benchmarks. */

export { conformance } from "./conformance.ts"
export type { ConformanceCase, ConformanceSubject, ExpectedDisk, MakeSubject } from "./conformance-case.ts"

export { syntheticSource, type SyntheticFailure, type SyntheticSourceOptions } from "./synthetic-source.ts"
export { readSynthetic, type SyntheticDisk } from "./synthetic-content.ts"
