import { type Repository } from "@bcopy/copy-engine";
import type { Call } from "./cli-command.ts";
import type { KeyOptions } from "./key-options.ts";
import { type GivenKey } from "./repository-key.ts";
/** Opens the repository that `--repo`, or else `BCOPY_REPO`, names. @throws CliError `Usage`; EngineError */
export declare function openGivenRepository(call: Call<{
    readonly repo?: string;
} & KeyOptions>): Promise<Repository>;
/** Opens the repository that a REPO text names. @throws CliError `Usage`; EngineError, StoreError */
export declare function openRepositoryAt(text: string, key: GivenKey, call: Call): Promise<Repository>;
type Place = readonly [text: string, key: GivenKey];
/**
 * Opens the two repositories of a copy: at once, where nobody has to be asked for a password. Of two that fail the first is
 * told of. @throws CliError `Usage`; EngineError, StoreError
 */
export declare function openBoth(from: Place, to: Place, call: Call): Promise<readonly [Repository, Repository]>;
/** The REPO text that was given. @throws CliError `Usage` */
export declare function repositoryGiven({ options, io }: Call<{
    readonly repo?: string;
}>): string;
export {};
//# sourceMappingURL=open-repository-at.d.ts.map