import type { CreateRepositoryOptions } from "@bcopy/copy-engine";
import type { Call } from "./cli-command.ts";
import type { KeyOptions } from "./key-options.ts";
/** What `init` is told of encryption. `recoveryKit` is a file, or `false`. */
export interface InitKeyOptions extends Omit<KeyOptions, "recoveryKit" | "fingerprint"> {
    readonly encryption: boolean;
    readonly recoveryKit?: string | boolean;
    readonly hint?: string;
    readonly kmsKey?: string;
}
/** How a repository is to be encrypted, in what the engine and what people understand. */
export interface InitEncryption {
    readonly encryption: CreateRepositoryOptions["encryption"];
    readonly describe: string;
    /** Takes away a recovery kit that was prepared for a repository that was not made. */
    readonly discard: () => Promise<void>;
}
/** Decides from options, environment and person how a repository is encrypted. @throws CliError `Usage`, `Refused` */
export declare function initEncryption(call: Call<InitKeyOptions>): Promise<InitEncryption>;
//# sourceMappingURL=init-encryption.d.ts.map