import type { S3Passport, S3Store } from "@bcopy/repo-s3";
import type { Call } from "./cli-command.ts";
/** Tries what a bucket can do. @throws StoreError `Unfit` if it lacks what a repository needs */
export declare function fitPassport(bucket: S3Store, text: string, { io, signal }: Pick<Call, "io" | "signal">): Promise<S3Passport>;
//# sourceMappingURL=fit-passport.d.ts.map