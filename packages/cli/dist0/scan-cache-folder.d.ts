import { type ScanCache } from "@bcopy/copy-engine";
import { type CacheSurroundings } from "./cache-folder.ts";
/** What is remembered of disks, in a folder of this user's caches: a file for each; `undefined` where there can be none. */
export declare function scanCacheFolder(surroundings: CacheSurroundings): ScanCache | undefined;
//# sourceMappingURL=scan-cache-folder.d.ts.map