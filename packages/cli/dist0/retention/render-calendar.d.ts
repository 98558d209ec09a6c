import type { Paint } from "../paint.ts";
import { type RetentionPicture } from "./retention-picture.ts";
/** A calendar for a terminal: a line for each month, a letter for each day, and what the letters mean. */
export declare function renderCalendar({ cells, today }: RetentionPicture, paint: Paint): string;
//# sourceMappingURL=render-calendar.d.ts.map