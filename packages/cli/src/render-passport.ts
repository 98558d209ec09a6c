import type { Paint } from "./paint.ts"
import { renderTable } from "./render-table.ts"

/** What a store was found to do, of whatever kind it is. */
export interface StorePassport {
  readonly kind: string
  readonly properties: readonly {
    readonly name: string
    readonly ok: boolean
    readonly needed: boolean
    readonly detail: string
  }[]
}

/** A passport as a table, and what it means. */
export function renderPassport(name: string, { properties }: StorePassport, { bold }: Paint): string {
  const rows = properties.map((property) => [
    property.ok ? "ok" : property.needed ? "MISSING" : "lacking",
    property.name,
    property.detail,
  ])
  const missing = properties.filter(({ ok, needed }) => needed && !ok)
  const verdict =
    missing.length === 0
      ? `${name} can keep a repository`
      : `${name} cannot keep a repository: it lacks ${missing.map((property) => property.name).join(", ")}`
  return [
    renderTable([{ heading: "result" }, { heading: "property" }, { heading: "what was seen" }], rows, bold),
    "",
    verdict,
  ].join("\n")
}
