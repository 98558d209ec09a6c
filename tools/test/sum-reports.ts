/** What Vitest's JSON reporter writes of one test; only what is read here. */
interface TestResult {
  readonly fullName: string
  readonly status: string
}

/** What Vitest's JSON reporter writes of one run; only what is read here. */
interface Report {
  readonly success: boolean
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly assertionResults: readonly TestResult[]
  }[]
}

/** The report of one project's tests. */
export interface ProjectReport {
  /** The project's folder, from the root: `packages/repo`. */
  readonly project: string
  /** The text of its report; undefined when it wrote none. */
  readonly text: string | undefined
}

/** Counts over all projects. */
export interface Totals {
  readonly passed: number
  readonly failed: number
  /** Skipped and `todo` tests by full name, each behind its project: `packages/repo-fs: syncs … [needs e2fsprogs]`. */
  readonly skipped: readonly string[]
  /** Failed tests by full name behind their project, and what else kept a project from passing. */
  readonly failures: readonly string[]
}

/**
 * Adds up the tests of all projects. A file that could not be loaded counts as one failed test, and so do a missing report
 * and a run that failed without a failing test, as by an unhandled rejection.
 *
 * @throws SyntaxError when a report is not JSON
 */
export function sumReports(reports: readonly ProjectReport[]): Totals {
  let passed = 0
  const skipped: string[] = []
  const failures: string[] = []
  for (const { project, text } of reports) {
    if (text === undefined) {
      failures.push(`${project}: wrote no report`)
      continue
    }
    const report = JSON.parse(text) as Report
    const failuresBefore = failures.length
    for (const file of report.testResults) {
      const failed = file.assertionResults.filter(({ status }) => status === "failed")
      failures.push(...failed.map(({ fullName }) => `${project}: ${fullName}`))
      if (file.status === "failed" && failed.length === 0) failures.push(`${project}: ${file.name} could not be run`)
      for (const { status, fullName } of file.assertionResults)
        if (status === "passed") passed++
        else if (status !== "failed") skipped.push(`${project}: ${fullName}`)
    }
    if (!report.success && failures.length === failuresBefore) failures.push(`${project}: an error outside of any test`)
  }
  return { passed, failed: failures.length, skipped, failures }
}

/** The line that `npm test` ends with. */
export function summaryLine({ passed, failed, skipped }: Totals): string {
  return `${passed} passed, ${failed} failed, ${skipped.length} skipped`
}
