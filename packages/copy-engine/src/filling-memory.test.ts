import { expect, test } from "vitest"
import { FillingMemory } from "./filling-memory.ts"

/** Memory of ten bytes, filled by hand. */
function byHand() {
  const memory = new Uint8Array(10)
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  let told: (bytes: number) => void = () => undefined
  const filling = new FillingMemory(memory, async (onFilled) => {
    told = onFilled
    return promise
  })
  return { filling, tell: (bytes: number) => told(bytes), resolve, reject }
}

/** Whether a promise is settled by now. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false
  const note = () => void (settled = true)
  promise.then(note, note)
  await new Promise((resolve) => setImmediate(resolve))
  return settled
}

test("who waits for a part goes on when it is there", async () => {
  const { filling, tell } = byHand()
  const part = filling.upTo(4)
  tell(3)
  expect(await isSettled(part)).toBe(false)
  tell(6)
  expect((await part).length).toBe(6)
  // What is there already is not waited for.
  expect((await filling.upTo(5)).length).toBe(6)
})

test("where nothing is told, all of it is waited for", async () => {
  const { filling, resolve } = byHand()
  const part = filling.upTo(4)
  expect(await isSettled(part)).toBe(false)
  resolve(10)
  expect((await part).length).toBe(10)
})

test("what is shorter than wanted is given as it is: what memory held before is no part of it", async () => {
  const { filling, tell, resolve } = byHand()
  tell(2)
  const part = filling.upTo(9)
  resolve(3)
  expect((await part).length).toBe(3)
})

test("a read that is tried again takes nothing back", async () => {
  const { filling, tell } = byHand()
  tell(7)
  tell(1)
  expect((await filling.upTo(7)).length).toBe(7)
})

test("a failure is told to who waits, and to nobody else", async () => {
  const { filling, tell, reject } = byHand()
  tell(2)
  const part = filling.upTo(4)
  reject(new Error("gone"))
  await expect(part).rejects.toThrow("gone")
  expect((await filling.upTo(2)).length).toBe(2)
  await filling.settled()
})
