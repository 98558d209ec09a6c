import type { CliCommand } from "../cli-command.ts";
import type { RetentionOptions } from "../retention/retention-call.ts";
/** `bcopy retention`: which points stay, and why. */
export declare const retentionCommand: CliCommand<RetentionOptions>;
//# sourceMappingURL=retention.d.ts.map