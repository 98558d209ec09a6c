import type { ClassUse } from "./class-use.ts";
import type { Io } from "./io.ts";
import type { Reporter } from "./reporter.ts";
/**
 * One event a line, each `{ "schema": 1, "type": … }`; progress at most twice a second, its last word always. Where
 * buckets are used, progress says what was asked of all of them by now.
 */
export declare function jsonReporter({ stderr, clock }: Pick<Io, "stderr" | "clock">, asked?: () => ClassUse | undefined): Reporter;
//# sourceMappingURL=json-reporter.d.ts.map