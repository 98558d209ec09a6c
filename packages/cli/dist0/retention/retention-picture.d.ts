import type { GfsLevel } from "@bcopy/retention-gfs";
/** What stands for a day: the strongest of its points. */
export type CellKind = "yearly" | "monthly" | "weekly" | "pin" | "plain" | "goes" | "gone" | "bad";
/** How long a flagged point is there. */
export interface PictureBar {
    readonly level: GfsLevel;
    readonly label: string;
    readonly from: string;
    /** Not drawn beyond the end. */
    readonly to: string;
}
/** What is drawn of a retention: dates are `2025-01-04`. */
export interface RetentionPicture {
    readonly title: string;
    /** Lines below it. */
    readonly subtitle: readonly string[];
    /** The day that it is drawn for. */
    readonly today: string;
    readonly cells: ReadonlyMap<string, CellKind>;
    readonly bars: readonly PictureBar[];
}
/** Notes a point of a day: the strongest stands for it. */
export declare function noteCell(cells: Map<string, CellKind>, date: string, kind: CellKind): void;
/** The strongest level among slots. */
export declare function strongest(slots: readonly string[]): GfsLevel | undefined;
/** The months from the first day that is drawn to the last, as `2025-01`, each with how many days it has. */
export declare function monthsOf(cells: RetentionPicture["cells"]): readonly {
    readonly month: string;
    readonly days: number;
}[];
//# sourceMappingURL=retention-picture.d.ts.map