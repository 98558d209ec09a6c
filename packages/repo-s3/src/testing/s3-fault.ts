import type { OperationName } from "./wire/name-operation.ts"

/** What goes wrong with one request, as data. */
export type S3Fault =
  /** The request is answered with this error; nothing happens. */
  | { readonly kind: "status"; readonly status: number; readonly code: string }
  /** A web page is the answer, as of something else that stands in between, and says that all is well; nothing happens. */
  | { readonly kind: "page" }
  /** The connection is reset; nothing happens. */
  | { readonly kind: "reset" }
  /** The request takes effect, and the connection is reset instead of an answer. */
  | { readonly kind: "lost-answer" }
  /** The request takes effect, and the connection is reset after so many bytes of the answer's body. */
  | { readonly kind: "cut"; readonly afterBytes: number }
  /** The body ends early and its Content-Length agrees with that: half of it, if no number is given. */
  | { readonly kind: "wrong-length"; readonly keepBytes?: number }
  /** So much real time passes between the arrival of the request and its effect. */
  | { readonly kind: "delay"; readonly ms: number }
  /** The request takes effect once this is settled: the way to bring racers into an order without a clock. */
  | { readonly kind: "hold"; readonly until: Promise<unknown> }

/** A request, as far as whoever chooses its fault can see it. */
export interface FaultedRequest {
  readonly operation: OperationName
  /** Empty for `ListBuckets`. */
  readonly bucket: string
  /** Empty for operations on buckets. */
  readonly key: string
  /** Requests are numbered from 1 on in the order of their arrival, whatever their operation. */
  readonly number: number
}

/** Asked for each request when it arrives; `undefined` lets it pass. */
export type ChooseFault = (request: FaultedRequest) => S3Fault | undefined
