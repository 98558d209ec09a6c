import type { BroughtPoint } from "@bcopy/copy-engine";
import type { Paint } from "./paint.ts";
import type { TaskCost } from "./task-times.ts";
/** A point that was brought, as a summary tells it in two lines. */
export declare function renderBrought(brought: BroughtPoint & {
    readonly job: string;
    readonly workload: string;
}, { cost, paint }: {
    readonly cost: TaskCost | undefined;
    readonly paint: Paint;
}): string;
/** The same for a JSON document. */
export declare function broughtDocument(brought: BroughtPoint, cost: TaskCost | undefined): Readonly<Record<string, unknown>>;
//# sourceMappingURL=render-brought.d.ts.map