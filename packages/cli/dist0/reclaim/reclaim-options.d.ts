import { type Command } from "commander";
/** How far reclaim goes in writing sparse packs anew. */
export interface ReclaimLimits {
    /** A share of the bytes in use. */
    readonly maxUnused?: number;
    /** Bytes. */
    readonly maxBytes?: number;
    /** Bytes to aim at for the whole process. */
    readonly memory?: number;
}
/** The options of who gives space back. */
export declare function addReclaimOptions(command: Command): void;
//# sourceMappingURL=reclaim-options.d.ts.map