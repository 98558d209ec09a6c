import type { RemovedOfWorkload } from "@bcopy/copy-engine";
import type { DescribedError } from "./describe-error.ts";
import type { Paint } from "./paint.ts";
interface Removal {
    readonly dryRun: boolean;
    readonly workloads: readonly RemovedOfWorkload[];
    readonly failed: readonly {
        readonly job: string;
        readonly workload: string;
        readonly error: DescribedError;
    }[];
}
/** What was removed, workload by workload. */
export declare function renderRemoval({ dryRun, workloads, failed }: Removal, paint: Paint): string;
export {};
//# sourceMappingURL=render-removal.d.ts.map