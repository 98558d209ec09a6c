import type { PriceEstimate } from "@bcopy/repo-s3"
import type { ClassUse } from "./class-use.ts"
import { renderSize } from "./render-size.ts"
import type { BucketUse } from "./used-buckets.ts"

/** Requests in words, a line or two a bucket. */
export function renderUses(uses: readonly BucketUse[]): string {
  return uses
    .flatMap(({ repository, price, phases, ...use }) => {
      const parts = Object.entries(phases).map(([phase, { requests }]) => `${phase} ${requests}`)
      return [
        `requests to ${repository}: ${renderUse(use)}`,
        ...(parts.length > 1 ? [`  by phase: ${parts.join(", ")}`] : []),
        ...(price === undefined ? [] : [`  price, by ${price.profile}: ${renderPrice(price)}`]),
      ]
    })
    .join("\n")
}

/** `12 writes, 3 lists, 40 reads; 1.2 MiB sent, 0 B received` */
function renderUse({ classes, bytesSent, bytesReceived }: Omit<ClassUse, "requests">): string {
  const { write, list, read, delete: deleted } = classes
  const gone = deleted > 0 ? `, ${deleted} deletions` : ""
  return `${write} writes, ${list} lists, ${read} reads${gone}; ${renderSize(bytesSent)} sent, ${renderSize(bytesReceived)} received`
}

/** `0.0123 USD (0.0100 requests, 0.0023 transfer)` */
export function renderPrice({ currency, requests, transfer, total }: PriceEstimate): string {
  const amount = (value: number) => value.toFixed(4)
  return `${amount(total)} ${currency} (${amount(requests)} requests, ${amount(transfer)} transfer)`
}
