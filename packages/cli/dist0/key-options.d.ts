import type { Command } from "commander";
/** Options that say how a repository is opened, should it be encrypted. */
export interface KeyOptions {
    readonly passwordFile?: string;
    readonly passwordCommand?: string;
    /** Number of an open file descriptor. */
    readonly passwordFd?: number;
    readonly recoveryKit?: string;
    /** 64 hex digits. */
    readonly fingerprint?: string;
}
/** The same for the repository that is copied from. */
export interface FromKeyOptions {
    readonly fromPasswordFile?: string;
    readonly fromPasswordCommand?: string;
    readonly fromPasswordFd?: number;
    readonly fromRecoveryKit?: string;
}
/** The options that open an encrypted repository. */
export declare function addKeyOptions(command: Command): void;
/** The options that give its password. */
export declare function addPasswordOptions(command: Command): void;
/** The options that open the repository that is copied from. */
export declare function addFromKeyOptions(command: Command): void;
//# sourceMappingURL=key-options.d.ts.map