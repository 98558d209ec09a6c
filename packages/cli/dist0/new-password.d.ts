import type { Command } from "commander";
import type { Call } from "./cli-command.ts";
/** Options that give a password that is not yet in use. */
export interface NewPasswordOptions {
    readonly newPasswordFile?: string;
    readonly newPasswordCommand?: string;
    readonly newPasswordFd?: number;
    readonly hint?: string;
}
export declare function addNewPasswordOptions(command: Command): void;
/** The new password: as options or the environment give it, else from a person, twice. @throws CliError `Usage` */
export declare function newPassword({ options, io }: Pick<Call<NewPasswordOptions>, "options" | "io">): Promise<string>;
/** Asks a person for a password and for the same once more. @throws CliError `Usage` */
export declare function askTwice({ prompt }: Pick<Call["io"], "prompt">, question: string): Promise<string>;
//# sourceMappingURL=new-password.d.ts.map