import { type RepositoryMemory } from "@bcopy/copy-engine";
import type { Io } from "./io.ts";
/** What is remembered of repositories, in a folder that can also forget. */
export interface KnownRepositories extends RepositoryMemory {
    /** Gives whether anything was known. */
    forget(name: string): Promise<boolean>;
    /** Whether anything is, be it readable or not. */
    knows(name: string): Promise<boolean>;
}
/** A file for each repository, in the configuration folder: `known/<digest of its name>.json`. */
export declare function knownRepositories(io: Pick<Io, "env">): KnownRepositories;
//# sourceMappingURL=known-repositories.d.ts.map