import { printable } from "./paint.ts"
import { shorten } from "./shorten.ts"

const COLUMNS = 32

/** A job's or workload's name as tables for people have it. JSON documents have it whole. */
export function tableName(name: string): string {
  return shorten(printable(name), COLUMNS)
}
