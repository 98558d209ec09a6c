import { type RetentionPolicy } from "@bcopy/retention-gfs";
import type { Command } from "commander";
/** A policy as options say it. */
export interface PolicyOptions {
    readonly policy?: string;
    readonly zone?: string;
    readonly days?: number;
    readonly count?: number;
    readonly weekly?: string;
    readonly monthly?: string;
    readonly yearly?: string;
}
/** The options that say a policy. */
export declare function addPolicyOptions(command: Command): void;
/** The policy that was given; `undefined` if none was. @throws CliError `Usage`; RetentionError */
export declare function givenPolicy(options: PolicyOptions, defaultZone?: string): Promise<RetentionPolicy | undefined>;
//# sourceMappingURL=policy-options.d.ts.map