import type { ListedPoint } from "@bcopy/copy-engine";
import type { Paint } from "./paint.ts";
/** Points as a table, one a line. */
export declare function renderPoints(points: readonly ListedPoint[], paint: Paint): string;
/** One point for a JSON document. */
export declare function pointDocument({ job, workload, summary, manifest, state, }: ListedPoint): Readonly<Record<string, unknown>>;
//# sourceMappingURL=render-points.d.ts.map