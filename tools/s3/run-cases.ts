import type { S3Case } from "./s3-case.ts"

/** How many cases held, and how many did not. */
export interface Tally {
  readonly passed: number
  readonly failed: number
}

/** Runs cases one after the other, and prints what became of each. */
export async function runCases(cases: readonly S3Case[]): Promise<Tally> {
  let passed = 0
  for (const { name, run } of cases) {
    const startMs = performance.now()
    try {
      await run()
      passed++
      console.log(`ok    ${name}  ${((performance.now() - startMs) / 1000).toFixed(1)} s`)
    } catch (error) {
      console.log(`FAIL  ${name}\n        ${(error as Error).message}`)
    }
  }
  return { passed, failed: cases.length - passed }
}
