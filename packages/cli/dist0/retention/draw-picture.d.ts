import { type RetentionPicture } from "./retention-picture.ts";
/** A picture as SVG, on its own: a calendar of the points, and below how long those with flags are there. */
export declare function drawPicture(picture: RetentionPicture): string;
/** Text as XML has it. */
export declare function escaped(text: string): string;
//# sourceMappingURL=draw-picture.d.ts.map