import type { TransferCounts } from "@bcopy/copy-engine";
import type { Paint } from "./paint.ts";
/** How far one thing is. */
export interface Progress {
    readonly name: string;
    readonly doneBytes: number;
    readonly totalBytes: number;
    readonly bytesPerSecond: number | undefined;
    /** What a transfer saved by now. */
    readonly saved?: Saved;
    /** Requests that were made to buckets by now. */
    readonly requests?: number;
}
/** Bytes that did not have to be stored, by what saved them. */
export interface Saved {
    readonly zeroBytes: number;
    readonly unchangedBytes: number;
    readonly deduplicatedBytes: number;
    readonly compressedBytes: number;
}
/** What the counts of a transfer saved; `newBytes` are those that became `storedBytes`. */
export declare function savedBy(counts: TransferCounts, newBytes?: number): Saved;
/** `zeros 120.0 MiB, unchanged 0 B, deduplicated 12.0 MiB, compressed 40.0 MiB`; with `short` without what is 0 B. */
export declare function renderSaved({ zeroBytes, unchangedBytes, deduplicatedBytes, compressedBytes }: Saved, { short }?: {
    readonly short?: boolean;
}): string;
/** A frame of one or two lines for a terminal of so many columns; no line reaches the last one, so none wraps. */
export declare function renderProgress(progress: Progress, paint: Paint, columns: number): string;
//# sourceMappingURL=render-progress.d.ts.map