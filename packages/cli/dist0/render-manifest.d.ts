import type { LivePoint, Manifest } from "@bcopy/chain-format";
import type { Paint } from "./paint.ts";
/** A point with its manifest. */
export interface ShownPoint {
    readonly job: string;
    readonly workload: string;
    readonly summary: LivePoint;
    readonly manifest: Manifest;
}
/** The facts of a point. */
export declare function renderManifest({ job, workload, summary, manifest }: ShownPoint, paint: Paint): string;
/** The same for a JSON document. */
export declare function manifestDocument({ job, workload, summary, manifest }: ShownPoint): Readonly<Record<string, unknown>>;
//# sourceMappingURL=render-manifest.d.ts.map