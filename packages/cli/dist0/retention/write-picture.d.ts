import type { RetentionPicture } from "./retention-picture.ts";
/** Where pictures are to be written. */
export interface PictureOptions {
    readonly svg?: string;
    readonly html?: string;
    /** Whether files that are there may be replaced. */
    readonly yes?: boolean;
    readonly dryRun?: boolean;
}
/**
 * Writes the pictures: one of a workload as SVG, all of them in a page. Gives the files. Nothing is replaced unless that is
 * confirmed, and nothing is written into a repository. @throws CliError `Usage`, `Refused`
 */
export declare function writePictures(pictures: readonly RetentionPicture[], { svg, html, yes, dryRun }: PictureOptions): Promise<readonly string[]>;
/** What is said of the files. */
export declare function renderFiles(files: readonly string[], { dryRun }: PictureOptions): readonly string[];
//# sourceMappingURL=write-picture.d.ts.map