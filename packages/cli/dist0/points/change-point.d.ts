import { type FoundWorkload, type Repository } from "@bcopy/copy-engine";
import type { LivePoint } from "@bcopy/chain-format";
import type { Outcome } from "../cli-command.ts";
import type { PointsCall } from "./points-call.ts";
/** What is done to one point: checked first, then done. */
interface PointAction {
    readonly find: (call: PointsCall, repository: Repository) => Promise<{
        found: FoundWorkload;
        point: LivePoint;
    }>;
    readonly check: (call: PointsCall, found: FoundWorkload, point: LivePoint) => void;
    readonly apply: (repository: Repository, found: FoundWorkload, point: LivePoint, call: PointsCall) => Promise<unknown>;
    readonly done: (name: string, call: PointsCall, before: LivePoint) => string;
}
export declare const pointActions: Readonly<Record<string, PointAction>>;
/** `bcopy points pin|unpin|remove|restore-removed`. */
export declare function changePointAction(call: PointsCall, action: string): Promise<Outcome>;
export {};
//# sourceMappingURL=change-point.d.ts.map