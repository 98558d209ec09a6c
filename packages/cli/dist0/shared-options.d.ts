import { type Command } from "commander";
/** Options that every command takes. */
export interface SharedOptions {
    /** Bytes. */
    readonly memory?: number;
    readonly takeOver?: boolean;
    readonly yes?: boolean;
    readonly json?: boolean;
    readonly dryRun?: boolean;
    /** Bytes a second. */
    readonly bandwidth?: number;
    /** Requests a second. */
    readonly requestRate?: number;
    /** Name of a price profile, or a file with one. */
    readonly prices?: string;
    readonly maxRequests?: number;
    /** In the currency of the prices. */
    readonly maxCost?: number;
}
/** The options that every command takes, behind its own. */
export declare function addSharedOptions(command: Command): void;
/** The option that names the repository, and those that open it. */
export declare function addRepoOption(command: Command): void;
/** The option that names the repository. */
export declare function addRepoName(command: Command): void;
/** Reads the value of an option that is a size. */
export declare function sizeArgument(text: string): number;
/** Reads the value of an option that is the size of blocks. */
export declare function blockSizeArgument(text: string): number;
/** Reads the value of an option that is the size of packs. */
export declare function packSizeArgument(text: string): number;
/** Reads the value of an option that is the name of a job or workload. */
export declare function nameArgument(text: string): string;
/** Reads one more value of an option that takes several names. */
export declare function namesArgument(text: string, before?: readonly string[]): readonly string[];
/** Reads the value of an option that is a path. */
export declare function pathArgument(text: string): string;
/** Reads the value of an option that is a whole number. */
export declare function countArgument(text: string): number;
/** Reads the value of an option that is a whole number above 0. */
export declare function positiveArgument(text: string): number;
/** Reads the value of an option that is a number of days to lock for. */
export declare function daysArgument(text: string): number;
/** Reads the value of an option that is an amount of money. */
export declare function amountArgument(text: string): number;
/** Reads the value of an option that is a length of time. */
export declare function durationArgument(text: string): number;
/** Examples behind the help of a command. */
export declare function addExamples(command: Command, ...lines: readonly string[]): void;
//# sourceMappingURL=shared-options.d.ts.map