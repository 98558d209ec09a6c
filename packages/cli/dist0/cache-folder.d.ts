/** What tells where a cache may lie. */
export type CacheSurroundings = Pick<NodeJS.Process, "env" | "platform">;
/**
 * A folder for what only saves time, in `BCOPY_CACHE_DIR` or in `bcopy` where the system keeps caches. It belongs to this
 * user alone: `undefined` where it cannot be made, or others may write to it, or put another one in its place.
 */
export declare function cacheFolder(name: string, { env, platform }: CacheSurroundings): string | undefined;
//# sourceMappingURL=cache-folder.d.ts.map