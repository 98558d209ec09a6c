import { type Repository } from "@bcopy/copy-engine";
import { type BucketCall } from "./open-bucket.ts";
/**
 * What is done before a repository is written to. Of a bucket: it must still be as it was when it was tried. Of a folder:
 * files that runs killed a day ago or earlier left in `tmp/` are removed; whatever hinders that hinders nothing else.
 * @throws StoreError `Unfit`
 */
export declare function prepareToWrite(text: string, repository: Repository, call: BucketCall): Promise<void>;
//# sourceMappingURL=prepare-to-write.d.ts.map