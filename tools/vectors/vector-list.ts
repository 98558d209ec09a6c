import type { FormatErrorCode } from "@bcopy/chain-format"
import type { DecoderName } from "../../packages/chain-format/src/testing/decoders.ts"
import type { Vector } from "../../packages/chain-format/src/testing/vector.ts"

/** A vector whose value, where it is ok, is still to be decoded. */
export type NewVector = Omit<Vector, "value">

interface Rest {
  readonly context?: Vector["context"]
  readonly text?: boolean
}

/** Collects the vectors of one decoder: `ok` and `bad` add one each. */
export function vectorList(decoder: DecoderName, context: Vector["context"] = {}) {
  const vectors: NewVector[] = []
  const add = (expect: Vector["expect"], name: string, comment: string, bytes: Uint8Array, rest: Rest = {}) => {
    vectors.push({
      name: `${decoder.replaceAll("-", "_")}_${name}`,
      expect,
      decoder,
      comment,
      context: { ...context, ...rest.context },
      text: rest.text ?? false,
      bytes,
    })
  }
  return {
    vectors,
    ok: (name: string, comment: string, bytes: Uint8Array, rest?: Rest) => add("ok", name, comment, bytes, rest),
    bad: (code: FormatErrorCode, name: string, comment: string, bytes: Uint8Array, rest?: Rest) =>
      add(code, name, comment, bytes, rest),
  }
}
