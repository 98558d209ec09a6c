import { type BucketCall } from "./open-bucket.ts";
/**
 * The address of the repository that a prefix of a bucket lies in; `undefined` if it lies in none, or in none that these
 * credentials may see: they are seldom good for more than the prefix that they were made for.
 */
export declare function enclosingBucketRepository(text: string, call: BucketCall): Promise<string | undefined>;
//# sourceMappingURL=enclosing-bucket-repository.d.ts.map