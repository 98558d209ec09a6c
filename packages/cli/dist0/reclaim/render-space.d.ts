import type { SpaceOfBackup } from "@bcopy/copy-engine";
import type { Paint } from "../paint.ts";
/** What holds the space of backups, as a table for each. */
export declare function renderSpace(backups: readonly SpaceOfBackup[], paint: Paint): string;
//# sourceMappingURL=render-space.d.ts.map