import type { Outcome } from "../cli-command.ts";
import type { PointsCall } from "./points-call.ts";
/** `bcopy points --removed`: what can still be brought back, and until when. */
export declare function listRemovedAction(call: PointsCall): Promise<Outcome>;
//# sourceMappingURL=list-removed.d.ts.map