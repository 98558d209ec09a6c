import * as z from "zod"
import { FormatError } from "./format-error.ts"
import { fromHex } from "./hex.ts"
import type { Id } from "./ids.ts"
import { DIGEST_BYTES, MAX_PACK_OBJECT_BYTES } from "./limits.ts"
import type { PagePointer } from "./page.ts"

/** docs/format.md, Small objects: a natural number below 2^53. */
export const natural = z.int().min(0)
export const hexId = <Of extends string>() =>
  z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .transform((text) => text as Id<Of>)
export const hexDigest = z.string().regex(/^[0-9a-f]{64}$/)
export const hexBytes = z
  .string()
  .regex(/^(?:[0-9a-f]{2})*$/)
  .max(2048)
  .transform(fromHex)
/** docs/format.md, Names: what people named; any text of 1 to 255 UTF-8 bytes without control characters. */
export const name = z.string().refine(isName, "is not a name of 1 to 255 bytes without control characters")

/** docs/format.md, Names */
export function isName(text: string): boolean {
  const bytes = new TextEncoder().encode(text).length
  // oxlint-disable-next-line no-control-regex -- control characters are just what a name must not hold
  return bytes >= 1 && bytes <= 255 && !/[\u0000-\u001f\u007f]/.test(text) && text.isWellFormed()
}

export const pagePointer: z.ZodType<PagePointer> = z
  .object({ pack: natural, offset: natural, length: natural, digest: hexDigest.transform(fromHex) })
  .refine(({ offset, length, digest }) => offset + length <= MAX_PACK_OBJECT_BYTES && digest.length === DIGEST_BYTES)

export const featureSets = z
  .object({
    compatible: z.array(z.string()).optional(),
    readOnly: z.array(z.string()).optional(),
    incompatible: z.array(z.string()).optional(),
  })
  .transform(({ compatible, readOnly, incompatible }) => ({
    ...(compatible && { compatible }),
    ...(readOnly && { readOnly }),
    ...(incompatible && { incompatible }),
  }))

/** Few values are parsed in a run: compiling a parser of each schema takes longer than it ever saves. */
const PARSING = { jitless: true } as const

/** Parses a value by a schema. @throws FormatError `BadValue` with the place of the first thing that is wrong */
export function parseBy<Value>(schema: z.ZodType<Value>, value: unknown, what: string): Value {
  const result = schema.safeParse(value, PARSING)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const place = issue === undefined || issue.path.length === 0 ? "" : ` at ${issue.path.join(".")}`
  throw new FormatError("BadValue", `${what}${place}: ${issue?.message ?? "invalid"}`)
}
