import type { ReclaimedOfBackup, ReclaimReport } from "@bcopy/copy-engine";
import { type DescribedError } from "../describe-error.ts";
import type { Paint } from "../paint.ts";
/** What a run of reclaim came to, in a document. */
export declare function reclaimDocument({ backups, failed }: ReclaimReport): {
    backups: readonly ReclaimedOfBackup[];
    failed: {
        job: string;
        error: DescribedError;
    }[];
};
/** What went wrong in it. */
export declare function reclaimErrors({ failed }: ReclaimReport): readonly DescribedError[];
/** What it came to, backup by backup. */
export declare function renderReclaim({ dryRun, backups, failed }: ReclaimReport, paint: Paint): string;
//# sourceMappingURL=render-reclaim.d.ts.map