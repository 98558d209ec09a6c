/** Where a key is and who asks for it. What is absent comes from where the AWS SDK takes it: environment, profile, role. */
export interface AwsKmsOptions {
  /** Id or ARN of a symmetric key, or `alias/NAME` or the ARN of an alias. */
  readonly keyId: string
  /** By default that of the ARN; else also `AWS_REGION`. */
  readonly region?: string
  /** URL of the service; also `AWS_ENDPOINT_URL_KMS`. Absent for AWS itself. */
  readonly endpoint?: string
  /** Section of the shared configuration. Its `endpoint_url` applies only where `AWS_PROFILE` names it. */
  readonly profile?: string
  readonly credentials?: AwsKmsCredentials | (() => Promise<AwsKmsCredentials>)
  /** PEM certificates of authorities to trust beside the system's. */
  readonly ca?: string
  /** URL of an HTTP proxy; by default what `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` say. */
  readonly proxy?: string
  /** Lets keys pass unencrypted to other machines. To this one they always may. */
  readonly allowPlaintext?: boolean
  /** Longest wait for one answer, of which there are up to four; 10 s by default. */
  readonly requestTimeoutMs?: number
}

export interface AwsKmsCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  /** Asked for anew before then. */
  readonly expiration?: Date
}
