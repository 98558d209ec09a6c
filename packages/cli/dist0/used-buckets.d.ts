import type { PriceEstimate, S3Store, S3Usage, SpendingCap } from "@bcopy/repo-s3";
import { type ClassUse } from "./class-use.ts";
import type { RunPhase } from "./run-phase.ts";
/** Requests of a run to one bucket. */
export interface BucketUse extends S3Usage {
    readonly repository: string;
    /** As S3 bills them. */
    readonly classes: ClassUse["classes"];
    /** What went into which part of the run. */
    readonly phases: Readonly<Partial<Record<RunPhase, ClassUse>>>;
    /** By the prices that were given. */
    readonly price?: PriceEstimate;
}
/** A bucket that a run has opened. */
export interface OpenedBucket {
    /** Its address, without settings. */
    readonly name: string;
    readonly store: S3Store;
    readonly classesOf: (usage: S3Usage) => ClassUse["classes"];
    readonly priceOf?: (usage: S3Usage) => PriceEstimate;
}
/** The buckets that a run has opened: what it asked of them in which phase, and their end. */
export declare class UsedBuckets {
    #private;
    /** What may be spent on all of them together. */
    cap: SpendingCap | undefined;
    /** `stop` ends the run in order, when a cap comes near; absent where a run has nothing to keep. */
    constructor(stop?: () => void);
    get stop(): (() => void) | undefined;
    /** Keeps a bucket under the text that it was named by. */
    add(text: string, bucket: OpenedBucket): void;
    /** The store that was opened for a text before. */
    find(text: string): S3Store | undefined;
    /** Says that another part of the run begins. */
    enter(phase: RunPhase): void;
    /** What was asked of all of them until now; `undefined` where there are none. */
    get total(): ClassUse | undefined;
    /** What was asked until now, bucket by bucket. */
    get uses(): readonly BucketUse[];
    close(): void;
}
//# sourceMappingURL=used-buckets.d.ts.map