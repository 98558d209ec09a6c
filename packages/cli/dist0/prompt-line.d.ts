import type { ReadStream, WriteStream } from "node:tty";
/** Asks a person for a line, on stderr. */
export declare function promptLine(question: string, { stdin, stderr }: {
    readonly stdin: ReadStream;
    readonly stderr: WriteStream;
}): Promise<string>;
//# sourceMappingURL=prompt-line.d.ts.map