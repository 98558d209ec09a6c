import { type RepoStore, type RetryPolicy } from "@bcopy/repo";
import type { Call } from "./cli-command.ts";
import type { Io } from "./io.ts";
import { type BucketCall } from "./open-bucket.ts";
/** Networks and services have longer bad moments than disks: some 25 s a request; what creates is asked for up to three times. */
export declare const BUCKET_ATTEMPTS = 10;
/** The folder that a REPO text names. @throws CliError `Usage` for what names no folder */
export declare function parseFolder(text: string): string;
/** The store of the repository that a REPO text names; requests that may pass are made again. @throws CliError, StoreError */
export declare function openStore(text: string, call: BucketCall): Promise<RepoStore>;
/** As many requests at once as the service takes well, and no more a second than allowed. */
export declare function paced(store: RepoStore, { io: { clock }, options }: Pick<Call, "io" | "options">): RepoStore;
/** Makes requests again that failed in a way that may pass. */
export declare function retried(store: RepoStore, io: Pick<Io, "clock" | "random">, attempts?: number): RepoStore;
/** How often what may pass is tried, and after which waits. */
export declare function retryPolicy(io: Pick<Io, "clock" | "random">, attempts: number): RetryPolicy;
/** Whether a folder with these names in it may hold a repository, a damaged or half-made one among them. */
export declare function mayHoldRepository(names: readonly string[]): boolean;
/**
 * Keeps the store away from folders that hold no repository: it would try out what they can do.
 * @throws EngineError `NoRepository` if there is no folder of that name, or nothing of a repository in it
 */
export declare function requireFolder(text: string): Promise<void>;
//# sourceMappingURL=open-store.d.ts.map