import { type DiskImage } from "@bcopy/source-disk-image";
/**
 * Reads `[NAME=]IMAGE`. What stands before the first `=` is a name unless it has a `/` in it or the whole text is the
 * name of a file; without one the disk is called like its file.
 */
export declare function parseDiskImage(text: string, exists: (path: string) => boolean): DiskImage;
/** Reads all images of a command line. @throws CliError `Usage` for a name that no disk can have, and for two disks of one name */
export declare function parseDiskImages(texts: readonly string[], exists: (path: string) => boolean): readonly DiskImage[];
//# sourceMappingURL=parse-disk-image.d.ts.map