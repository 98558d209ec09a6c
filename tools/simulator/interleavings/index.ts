/** Orders in which engines may meet, each of which breaks a promise if one protection is missing. */

export { type Interleaving, play } from "./interleaving.ts"
export { interleavings } from "./interleavings.ts"
