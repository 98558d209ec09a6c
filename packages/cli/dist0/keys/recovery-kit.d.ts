import type { Outcome } from "../cli-command.ts";
import type { KeyCall } from "./key-call.ts";
/** `bcopy keys recovery-kit --output FILE`: a new recovery kit, which takes the place of those before. */
export declare function recoveryKitAction({ repository, options, signal, io }: KeyCall): Promise<Outcome>;
//# sourceMappingURL=recovery-kit.d.ts.map