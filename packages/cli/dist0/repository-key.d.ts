import { type RecoveryKit } from "@bcopy/crypto";
import type { KeyAccess } from "@bcopy/copy-engine";
import type { Call } from "./cli-command.ts";
import type { FromKeyOptions, KeyOptions } from "./key-options.ts";
/** What was given to open a repository: by options, or by the environment. */
export interface GivenKey {
    readonly password?: string;
    readonly kit?: RecoveryKit;
    readonly fingerprint?: string;
    /** Whether the password was given for another repository, and is only tried on this one. */
    readonly isGuess?: boolean;
}
/** Reads what was given for the repository that a command works on. @throws CliError `Usage` */
export declare function givenKey({ options, io }: Pick<Call<KeyOptions>, "options" | "io">): Promise<GivenKey>;
/**
 * Reads what was given for the two repositories of a copy. One password given is tried on both; only what was given for the
 * target itself says that the target must be encrypted. @throws CliError `Usage`
 */
export declare function givenKeys(call: Pick<Call<KeyOptions & FromKeyOptions>, "options" | "io">): Promise<{
    readonly from: GivenKey;
    readonly to: GivenKey;
}>;
/** How the engine comes by the key: what was given, then keys that services keep, then a person. */
export declare function keyAccess({ password, kit, fingerprint, isGuess }: GivenKey, call: Pick<Call, "io" | "signal">): KeyAccess;
//# sourceMappingURL=repository-key.d.ts.map