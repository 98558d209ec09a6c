/** Whether a REPO text names a bucket. Here, so that only who uses buckets loads what speaks to them. */
export declare function isBucketAddress(text: string): boolean;
//# sourceMappingURL=is-bucket-address.d.ts.map