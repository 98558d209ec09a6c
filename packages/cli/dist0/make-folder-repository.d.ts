import { type CreateRepositoryOptions, type Repository, type RepositoryMemory } from "@bcopy/copy-engine";
import { type RepoStore } from "@bcopy/repo";
import type { Call } from "./cli-command.ts";
/**
 * Makes a repository in a folder, or in a dry run finds out whether it could be made.
 * @returns the repository; in a dry run one of the same kind in memory
 * @throws CliError `Refused` for a folder that holds other things or lies in a repository; EngineError `RepositoryExists`, `BadArgument`; StoreError
 */
export declare function makeFolderRepository(text: string, options: Pick<CreateRepositoryOptions, "encryption" | "blockBytes" | "packBytes">, call: Call): Promise<Repository>;
/** What was remembered of a place says nothing of the repository that is to be made there. */
export declare const noMemory: RepositoryMemory;
/** @throws EngineError `RepositoryExists` where there is one */
export declare function refuseExisting(store: RepoStore, openThere: () => Promise<Repository>): Promise<void>;
//# sourceMappingURL=make-folder-repository.d.ts.map