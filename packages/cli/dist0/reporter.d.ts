import type { OnEvent } from "@bcopy/copy-engine";
import type { ClassUse } from "./class-use.ts";
import type { Io } from "./io.ts";
/** Tells on stderr what happens while a command works. */
export interface Reporter {
    readonly onEvent: OnEvent;
    /** A sentence for whoever watches. */
    note(text: string): void;
    /** Nothing comes any more: leaves the terminal clean. */
    end(): void;
}
/** JSON lines with `--json`, a living line on a terminal whose width makes sense, plain lines elsewhere. */
export declare function openReporter(io: Io, { json, asked }: {
    readonly json: boolean;
    readonly asked: () => ClassUse | undefined;
}): Promise<Reporter>;
//# sourceMappingURL=reporter.d.ts.map