import { type CreateRepositoryOptions, type Repository } from "@bcopy/copy-engine";
import type { Call } from "./cli-command.ts";
/**
 * Makes a repository under a prefix in a bucket, or in a dry run finds out whether it could be made.
 * @returns the repository; in a dry run one of the same kind in memory
 * @throws CliError `Refused` for a prefix that holds other things or lies in a repository; EngineError `RepositoryExists`, `BadArgument`;
 * StoreError, `Unfit` for a bucket that lacks what a repository needs
 */
export declare function makeBucketRepository(text: string, options: Pick<CreateRepositoryOptions, "encryption" | "blockBytes" | "packBytes">, call: Call): Promise<Repository>;
//# sourceMappingURL=make-bucket-repository.d.ts.map