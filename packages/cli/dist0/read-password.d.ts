import type { Io } from "./io.ts";
/** Where a password may come from, beside a person: options first, then the environment. */
export interface PasswordPlaces {
    readonly file?: string | undefined;
    readonly command?: string | undefined;
    readonly fd?: number | undefined;
    /** Name of the variable that holds it; with `_FILE` and `_COMMAND` behind it of those that say where it is. */
    readonly variable: string;
}
/**
 * The password that options or the environment give; `undefined` if they give none. It never comes from an argument: those
 * are everybody's to read. @throws CliError `Usage`
 */
export declare function readPassword(places: PasswordPlaces, io: Io): Promise<string | undefined>;
//# sourceMappingURL=read-password.d.ts.map