import type { CliCommand } from "../cli-command.ts";
import type { PointsOptions } from "../points/points-call.ts";
/** `bcopy points`: lists restore points, holds one by hand, lets it go. */
export declare const pointsCommand: CliCommand<PointsOptions>;
//# sourceMappingURL=points.d.ts.map