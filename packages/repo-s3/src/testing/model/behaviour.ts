/** Where S3 servers differ. */
export interface Behaviour {
  /**
   * What `If-None-Match` and `If-Match` of writes are worth. `hint-on-versioned` (the default), as with Ceph: on
   * versioned buckets an object that was there when the request arrived is respected, but writers at the same time all
   * win; on others one of them wins. `atomic`: one wins everywhere. `ignored`: all win always.
   */
  readonly conditionalCreate: "atomic" | "hint-on-versioned" | "ignored"
  /** Whether multipart uploads are locked as they ask, or as the bucket does by default; Ceph 16 and 18 do not. */
  readonly lockOnMultipart: boolean
  /** The least size of a part that is not the last one. */
  readonly minPartBytes: number
}

export const cephBehaviour: Behaviour = {
  conditionalCreate: "hint-on-versioned",
  lockOnMultipart: false,
  minPartBytes: 5 << 20,
}
