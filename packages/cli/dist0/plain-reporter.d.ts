import type { Io } from "./io.ts";
import type { Reporter } from "./reporter.ts";
/** What reclaim is about to do. */
export declare const reclaimPhases: {
    readonly reading: "looking for what nothing needs";
    readonly moving: "writing sparse packs anew";
    readonly deleting: "deleting packs";
};
/** A line when something begins and one when it ends: for logs. */
export declare function plainReporter({ stderr, clock }: Pick<Io, "stderr" | "clock">): Reporter;
//# sourceMappingURL=plain-reporter.d.ts.map