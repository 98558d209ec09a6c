/** Orders by job, then by workload, as text: ids have no order that a person knows. */
export declare function byName(a: {
    readonly job: string;
    readonly workload: string;
}, b: {
    readonly job: string;
    readonly workload: string;
}): number;
//# sourceMappingURL=by-name.d.ts.map