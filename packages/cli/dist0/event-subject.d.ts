/** What an event tells of, as `JOB/WORKLOAD` and disk as far as it says. */
export declare function eventSubject({ job, workload, disk, }: {
    readonly job?: string;
    readonly workload?: string;
    readonly disk?: string;
}): string;
//# sourceMappingURL=event-subject.d.ts.map