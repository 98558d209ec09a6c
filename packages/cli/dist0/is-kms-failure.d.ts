/** An error of `@bcopy/key-aws-kms`. */
export interface KmsFailure extends Error {
    readonly code: string;
    readonly hint: string | undefined;
}
/** Whether it is one: told by its brand, so that the AWS SDK is loaded only where a key in KMS is used. */
export declare function isKmsFailure(error: unknown): error is KmsFailure;
//# sourceMappingURL=is-kms-failure.d.ts.map