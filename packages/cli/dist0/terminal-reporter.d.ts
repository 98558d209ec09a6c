import type { ClassUse } from "./class-use.ts";
import type { Io } from "./io.ts";
import type { Reporter } from "./reporter.ts";
/** A living line or two at the bottom of a terminal; what is worth keeping scrolls by above. */
export declare function terminalReporter({ stderr, clock, env }: Pick<Io, "stderr" | "clock" | "env">, asked?: () => ClassUse | undefined): Promise<Reporter>;
//# sourceMappingURL=terminal-reporter.d.ts.map