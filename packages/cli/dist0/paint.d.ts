import type { Io, Output } from "./io.ts";
/** Styles that the program uses, each as a function from text to text. */
export interface Paint {
    readonly bold: (text: string) => string;
    readonly dim: (text: string) => string;
    readonly green: (text: string) => string;
    readonly yellow: (text: string) => string;
    readonly red: (text: string) => string;
}
/** Colours for a terminal that has them; elsewhere, and where `NO_COLOR` is set, text stays as it is. */
export declare function paintFor(output: Output, env: Io["env"]): Paint;
/** Text from elsewhere (a path, a message) without the control characters that would speak to a terminal. */
export declare function printable(text: string): string;
//# sourceMappingURL=paint.d.ts.map