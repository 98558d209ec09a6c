import type { Call, CliCommand } from "./cli-command.ts";
import { type DescribedError } from "./describe-error.ts";
import { type ExitCode } from "./exit-codes.ts";
import type { Io } from "./io.ts";
/** Runs one command with what was parsed for it, and writes what it came to. */
export declare function runCommand<Options>(command: CliCommand<Options>, { options, args }: Pick<Call<Options>, "options" | "args">, io: Io): Promise<ExitCode>;
/** Tells an error that ended the run; `more` goes with it in a document. */
export declare function writeError(error: DescribedError, io: Io, { json, more }: {
    readonly json: boolean;
    readonly more?: Readonly<Record<string, unknown>>;
}): ExitCode;
/** An error as documents carry it. */
export declare function inDocument({ code, message, hint }: DescribedError): Pick<DescribedError, "code" | "message" | "hint">;
//# sourceMappingURL=run-command.d.ts.map