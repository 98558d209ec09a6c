import type { CliCommand } from "../cli-command.ts";
import type { LocksOptions } from "../locks/locks-call.ts";
/** `bcopy locks`: keeps points from being deleted by anybody, by the Object Lock of a bucket. */
export declare const locksCommand: CliCommand<LocksOptions>;
//# sourceMappingURL=locks.d.ts.map