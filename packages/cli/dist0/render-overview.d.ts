import type { RepositoryOverview } from "@bcopy/copy-engine";
import type { Paint } from "./paint.ts";
/** A repository and its workloads. */
export declare function renderOverview(overview: RepositoryOverview, paint: Paint): string;
/** The same for a JSON document. */
export declare function overviewDocument(overview: RepositoryOverview): Readonly<Record<string, unknown>>;
//# sourceMappingURL=render-overview.d.ts.map