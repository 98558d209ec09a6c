import type { PlannedPoint } from "@bcopy/copy-engine";
import type { PriceEstimate } from "@bcopy/repo-s3";
/** What a plan may bring and cost. */
export interface PlanPrice {
    readonly aboutBytes: number;
    readonly aboutRequests: number;
    /** By the prices that were given. */
    readonly price?: PriceEstimate;
    /** What keeping it costs a month, in the same currency. */
    readonly monthly?: number;
}
/** A side of a copy that is a bucket: the size of its packs. */
export interface BucketSide {
    readonly packBytes: number;
}
/** Estimates what copying points asks of the buckets; `undefined` where the source does not know what it stored. */
export declare function planPrice(planned: readonly PlannedPoint[], { from, to, prices }: {
    readonly from?: BucketSide;
    readonly to?: BucketSide;
    readonly prices: string | undefined;
}): Promise<PlanPrice | undefined>;
/** The estimate in words. */
export declare function renderPlanPrice({ aboutBytes, aboutRequests, price, monthly }: PlanPrice): string;
//# sourceMappingURL=plan-price.d.ts.map