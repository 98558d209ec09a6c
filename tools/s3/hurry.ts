import { Socket } from "node:net"

// Loaded before a program (`node --import`): its waits and its patience are a tenth as long, so that what it does when its
// patience ends is seen in seconds. Clocks go on as they are.
const HURRY = 10

const wait = globalThis.setTimeout
const quick = (handler: (...args: readonly unknown[]) => void, ms = 0, ...args: readonly unknown[]) =>
  wait(() => handler(...args), ms / HURRY)
Object.assign(globalThis, { setTimeout: quick })

const beSilent = Socket.prototype.setTimeout
Socket.prototype.setTimeout = function (this: Socket, ms: number, handler?: () => void) {
  return beSilent.call(this, Math.ceil(ms / HURRY), handler)
}
