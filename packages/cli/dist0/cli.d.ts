import { type ExitCode } from "./exit-codes.ts";
import type { Io } from "./io.ts";
/** Runs the program with the arguments behind its name. Resolves to the exit status, whatever happens. */
export declare function run(argv: readonly string[], io: Io): Promise<ExitCode>;
//# sourceMappingURL=cli.d.ts.map