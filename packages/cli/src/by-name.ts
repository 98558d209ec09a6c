/** Orders by job, then by workload, as text: ids have no order that a person knows. */
export function byName(
  a: { readonly job: string; readonly workload: string },
  b: { readonly job: string; readonly workload: string },
): number {
  return compare(a.job, b.job) || compare(a.workload, b.workload)
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
