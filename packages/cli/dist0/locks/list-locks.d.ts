import type { Outcome } from "../cli-command.ts";
import type { LocksCall } from "./locks-call.ts";
/** `bcopy locks`: until when points and packs are locked, and what keeping it so asks for. */
export declare function listLocksAction(call: LocksCall): Promise<Outcome>;
//# sourceMappingURL=list-locks.d.ts.map