import type { ReadStream } from "node:tty";
/** Asks a person for a secret, on stderr and without echo. Rejects when it is interrupted. */
export declare function promptPassword(question: string, { stdin, stderr }: {
    readonly stdin: ReadStream;
    readonly stderr: {
        write(text: string): unknown;
    };
}): Promise<string>;
//# sourceMappingURL=prompt-password.d.ts.map