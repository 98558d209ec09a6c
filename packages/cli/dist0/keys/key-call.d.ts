import type { Repository } from "@bcopy/copy-engine";
import type { Call } from "../cli-command.ts";
import type { KeyOptions } from "../key-options.ts";
import type { NewPasswordOptions } from "../new-password.ts";
/** What `bcopy keys` takes. */
export interface KeysOptions extends KeyOptions, NewPasswordOptions {
    readonly repo?: string;
    readonly label?: string;
    readonly kmsKey?: string;
    readonly epochs?: boolean;
    readonly otherPasswordFile?: readonly string[];
    readonly output?: string;
}
/** A call of `bcopy keys` on a repository that was opened. */
export interface KeyCall extends Call<KeysOptions> {
    readonly repository: Repository;
    /** What stands behind the action. */
    readonly rest: readonly string[];
}
//# sourceMappingURL=key-call.d.ts.map