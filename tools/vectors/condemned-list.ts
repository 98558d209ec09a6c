import { text } from "./byte-parts.ts"
import { vectorList } from "./vector-list.ts"

const id = (digit: string) => digit.repeat(32)
const asText = { text: true }
const body = (value: unknown) => text(JSON.stringify(value))

const condemned = vectorList("condemned-list", { objectKey: "condemned" })
const packs = [
  {
    session: id("5"),
    runs: [
      [1, 40, 1],
      [101, 7, 2],
    ],
  },
  { session: id("6"), runs: [[2, 1, 1]] },
]
const list = { epoch: 3, stage: "condemned", atMs: 1_760_000_000_000, oldestMs: 1_750_000_000_000, packs }
const made = (over: object) => body({ ...list, ...over })
condemned.ok("condemned", "What may go", made({}), asText)
condemned.ok("final", "What goes", made({ stage: "final" }), asText)
condemned.ok("closed", "Nothing is left", made({ stage: "closed", packs: [] }), asText)
condemned.ok("compatible", "A feature that does no harm", made({ features: { compatible: ["notes"] } }), asText)
condemned.bad("BadValue", "epoch_0", "There is no epoch 0", made({ epoch: 0 }), asText)
condemned.bad("BadValue", "stage", "No such stage", made({ stage: "open" }), asText)
condemned.bad(
  "BadValue",
  "run_empty",
  "A run of no packs",
  made({ packs: [{ session: id("5"), runs: [[1, 0, 1]] }] }),
  asText,
)
condemned.bad("BadValue", "step", "A step of three", made({ packs: [{ session: id("5"), runs: [[1, 4, 3]] }] }), asText)
condemned.bad(
  "BadValue",
  "run_outside",
  "A pack that no session has",
  made({ packs: [{ session: id("5"), runs: [[1, 2 ** 32, 1]] }] }),
  asText,
)
condemned.bad(
  "NeedsNewer",
  "read_only",
  "A reason to keep that is unknown",
  made({ features: { readOnly: ["holds"] } }),
  asText,
)

const reading = vectorList("reading-session", { objectKey: "reader" })
const reader = { session: id("5"), number: 1, workload: id("c"), point: id("e"), entry: 7, atMs: 1_760_000_000_000 }
reading.ok("reader", "Somebody reads a point", body(reader), asText)
reading.bad("BadValue", "point", "No point", body({ ...reader, point: "e" }), asText)

export const condemnedListVectors = [...condemned.vectors, ...reading.vectors]
