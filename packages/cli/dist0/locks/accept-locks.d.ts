import type { Outcome } from "../cli-command.ts";
import type { LocksCall } from "./locks-call.ts";
/** `bcopy locks accept`: how long what points need is locked, from now on. */
export declare function acceptLocksAction(call: LocksCall): Promise<Outcome>;
//# sourceMappingURL=accept-locks.d.ts.map