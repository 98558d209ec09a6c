import type { FormatErrorCode } from "../format-error.ts"
import { fromHex, toHex } from "../hex.ts"
import type { InnerType } from "../inner-page.ts"
import type { ObjectKind } from "../object-kind.ts"
import { sha256 } from "./clear-suite.ts"
import type { DecoderContext, DecoderName } from "./decoders.ts"

/** Bytes and what must become of them: docs/format.md, Vectors. */
export interface Vector {
  readonly name: string
  readonly expect: "ok" | FormatErrorCode
  readonly decoder: DecoderName
  readonly comment: string
  readonly context: Partial<DecoderContext>
  /** Of an `ok`: the decoded value as `valueText` gives it, or `sha256:` and the digest of that text if it is long. */
  readonly value?: string
  /** Whether the bytes stand in the file as they are, rather than in hex. */
  readonly text: boolean
  readonly bytes: Uint8Array
}

const HEX_BYTES_PER_LINE = 32
const LONG_VALUE = 1500
const defaults: DecoderContext = {
  objectKey: "vector",
  kind: "dataPack",
  pageType: "mapInner",
  level: 1,
  index: 0,
}

/** All that a decoder needs; what the vector does not say has a fixed value. */
export function contextOf({ context }: Pick<Vector, "context">): DecoderContext {
  return { ...defaults, ...context }
}

/** A value as JSON with byte strings in hex. */
export function valueText(value: unknown): string {
  const text = JSON.stringify(value, (_, part: unknown) => (part instanceof Uint8Array ? toHex(part) : part))
  return text.length <= LONG_VALUE ? text : `sha256:${toHex(sha256(new TextEncoder().encode(text)))}`
}

/** The file of a vector. */
export function formatVector(vector: Vector): Uint8Array {
  const { expect, decoder, comment, context, value, text, bytes } = vector
  const { objectKey, kind, pageType, level, index } = context
  const lines = [
    `expect: ${expect}`,
    `decoder: ${decoder}`,
    ...(objectKey === undefined ? [] : [`object-key: ${objectKey}`]),
    ...(kind === undefined ? [] : [`kind: ${kind}`]),
    ...(pageType === undefined ? [] : [`page-type: ${pageType}`]),
    ...(level === undefined ? [] : [`level: ${level}`]),
    ...(index === undefined ? [] : [`index: ${index}`]),
    `comment: ${comment}`,
    ...(value === undefined ? [] : [`value: ${value}`]),
    `body: ${text ? "text" : "hex"}`,
  ]
  const head = new TextEncoder().encode(`${lines.join("\n")}\n\n`)
  const body = text ? bytes : new TextEncoder().encode(hexLines(bytes))
  const file = new Uint8Array(head.length + body.length)
  file.set(head)
  file.set(body, head.length)
  return file
}

/** Reads the file of a vector. */
export function parseVector(name: string, file: Uint8Array): Vector {
  const end = file.findIndex((byte, at) => byte === 10 && file[at + 1] === 10)
  const fields = new Map<string, string>()
  for (const line of new TextDecoder().decode(file.subarray(0, end)).split("\n")) {
    const colon = line.indexOf(": ")
    fields.set(line.slice(0, colon), line.slice(colon + 2))
  }
  const body = new Uint8Array(file.subarray(end + 2))
  const text = fields.get("body") === "text"
  const value = fields.get("value")
  const objectKey = fields.get("object-key")
  const number = (field: string) => (fields.has(field) ? { [field]: Number(fields.get(field)) } : {})
  return {
    name,
    expect: fields.get("expect") as Vector["expect"],
    decoder: fields.get("decoder") as DecoderName,
    comment: fields.get("comment") ?? "",
    context: {
      ...(objectKey !== undefined && { objectKey }),
      ...(fields.has("kind") && { kind: fields.get("kind") as ObjectKind }),
      ...(fields.has("page-type") && { pageType: fields.get("page-type") as InnerType }),
      ...number("level"),
      ...number("index"),
    },
    ...(value !== undefined && { value }),
    text,
    bytes: text ? body : fromHex(new TextDecoder().decode(body).replaceAll("\n", "")),
  }
}

function hexLines(bytes: Uint8Array): string {
  let text = ""
  for (let at = 0; at < bytes.length; at += HEX_BYTES_PER_LINE)
    text += `${toHex(bytes.subarray(at, at + HEX_BYTES_PER_LINE))}\n`
  return text
}
