import type { PriceEstimate } from "@bcopy/repo-s3";
import type { BucketUse } from "./used-buckets.ts";
/** Requests in words, a line or two a bucket. */
export declare function renderUses(uses: readonly BucketUse[]): string;
/** `0.0123 USD (0.0100 requests, 0.0023 transfer)` */
export declare function renderPrice({ currency, requests, transfer, total }: PriceEstimate): string;
//# sourceMappingURL=render-uses.d.ts.map