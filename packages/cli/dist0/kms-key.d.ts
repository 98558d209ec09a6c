import type { ExternalKey, KeySlot } from "@bcopy/crypto";
import type { Call } from "./cli-command.ts";
/** What slots call a key in AWS KMS. */
export declare const AWS_KMS = "aws-kms";
type KmsCall = Pick<Call, "signal" | "io">;
/** The keys that AWS KMS keeps for these slots; none is asked for anything before it is used. */
export declare function kmsKeysOf(slots: readonly KeySlot[], call: KmsCall): Promise<readonly ExternalKey[]>;
/** A key in AWS KMS, as the AWS tools' own settings reach it. @throws KmsError */
export declare function openKmsKey(keyId: string, call: KmsCall): Promise<ExternalKey>;
export {};
//# sourceMappingURL=kms-key.d.ts.map