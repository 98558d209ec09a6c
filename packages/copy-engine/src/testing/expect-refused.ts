import { expect } from "vitest"
import type { Repository } from "../repository.ts"
import { bringPoint } from "./keyed-repository.ts"
import { noise } from "./noise.ts"
import type { World } from "./world.ts"

/** Whoever wants to write here is refused, and nothing has been written. */
export async function expectRefused(
  world: World,
  open: () => Promise<Repository>,
  ...also: readonly string[]
): Promise<void> {
  const before = world.store.keys()
  const answer = await open()
    .then((opened) => bringPoint(opened, noise(10_000, 2)))
    .then(
      () => "written",
      (error: { code?: string }) => error.code,
    )
  expect(["Refused", "Damaged", "WrongKey", "NotWritable", ...also]).toContain(answer)
  expect(world.store.keys()).toEqual(before)
}
