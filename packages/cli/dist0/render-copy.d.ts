import type { CopyReport } from "@bcopy/copy-engine";
import type { Paint } from "./paint.ts";
import type { TaskCost } from "./task-times.ts";
type CostOf = (point: string | undefined) => TaskCost | undefined;
/** What a copy came to: each copied point, then what was left out, grouped by reason. */
export declare function renderCopy(report: CopyReport, { costOf, paint }: {
    readonly costOf: CostOf;
    readonly paint: Paint;
}): string;
/** The same for a JSON document. */
export declare function copyDocument({ dryRun, copied, skipped, failed, planned }: CopyReport, costOf: CostOf): Readonly<Record<string, unknown>>;
export {};
//# sourceMappingURL=render-copy.d.ts.map