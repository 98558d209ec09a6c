import type { RecoveryMaterial } from "@bcopy/copy-engine";
import { type X25519Pair } from "@bcopy/crypto";
/** A recovery key that is about to leave: its public half stays, its private half goes into a file, once. */
export interface LeavingKit {
    readonly path: string;
    readonly pair: X25519Pair;
}
/** Prepares a kit. @throws CliError `Refused` if the file exists or cannot be made */
export declare function prepareRecoveryKit(path: string): Promise<LeavingKit>;
/** Writes the kit into the file that was prepared for it, for its owner's eyes, and has it on the disk before it returns. */
export declare function writeRecoveryKit({ path, pair }: LeavingKit, made: RecoveryMaterial): Promise<void>;
//# sourceMappingURL=write-recovery-kit.d.ts.map