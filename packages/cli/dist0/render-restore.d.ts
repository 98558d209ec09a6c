import type { RestoreReport } from "@bcopy/copy-engine";
import type { Paint } from "./paint.ts";
/** What a restore came to, a line for the point and one for each disk. */
export declare function renderRestore(report: RestoreReport, { tookMs, paint }: {
    readonly tookMs: number;
    readonly paint: Paint;
}): string;
/** The same for a JSON document. */
export declare function restoreDocument(report: RestoreReport, tookMs: number): Readonly<Record<string, unknown>>;
//# sourceMappingURL=render-restore.d.ts.map