import type { BucketState } from "./bucket-state.ts"

/** Whether points can be made immutable in a bucket, and if not, why and what to do. */
export type Immutability =
  | { readonly possible: true; readonly why: string }
  | { readonly possible: false; readonly why: string; readonly hint: string }

/** What the settings of a bucket mean for immutability: each of its states has words of its own. */
export function immutabilityOf({ versioning, objectLock, defaultRetention }: BucketState): Immutability {
  if (versioning === "suspended")
    return {
      possible: false,
      why: "versioning is suspended: what is overwritten is lost, whatever locks it",
      hint: "Switch versioning on.",
    }
  if (!objectLock && versioning === "off")
    return {
      possible: false,
      why: "neither versions nor Object Lock: whoever may delete can delete everything at any time",
      hint: "Use a bucket that was made with Object Lock, if points are to be immutable.",
    }
  if (!objectLock)
    return {
      possible: false,
      why: "versions, but no Object Lock: whoever may delete versions can delete everything at any time",
      hint: "Switch Object Lock on for the bucket, where the service can do that later, or use one that was made with it.",
    }
  if (defaultRetention !== undefined)
    return {
      possible: false,
      why: `Object Lock with a default retention (${defaultRetention}), which also locks what must go after minutes`,
      hint: "Remove the default retention from the bucket: bcopy locks each object for as long as it needs.",
    }
  return { possible: true, why: "versions, Object Lock and no default retention" }
}
