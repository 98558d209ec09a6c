/** What an event tells of, as `JOB/WORKLOAD` and disk as far as it says. */
export function eventSubject({
  job,
  workload,
  disk,
}: {
  readonly job?: string
  readonly workload?: string
  readonly disk?: string
}): string {
  const machine = [job, workload].filter((part) => part !== undefined && part !== "").join("/")
  return [machine, disk === undefined ? "" : `disk ${disk}`].filter((part) => part !== "").join(" ")
}
