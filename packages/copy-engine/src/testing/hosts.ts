import { AsyncLocalStorage } from "node:async_hooks"
import type { SessionWriter } from "@bcopy/chain-format"
import { type EngineHost, isDead, processStart } from "../host.ts"

const current = new AsyncLocalStorage<SessionWriter>()

/** Greater than any process number of Linux: no such process lives. */
const NO_PROCESS = 2 ** 30

/** A process of this machine that is gone when anybody looks. */
export function deadProcess(number = 1): SessionWriter {
  return { machine: "here", boot: "boot", pidNamespace: "ns", pid: NO_PROCESS + number, processStart: "1" }
}

/** A process of another machine: nobody here can tell whether it lives. */
export function otherHost(machine = "there"): SessionWriter {
  return { machine, boot: `boot of ${machine}`, pidNamespace: "ns", pid: 1, processStart: "1" }
}

/** Lets everything that `work` does be done by this writer, in engines that live on the {@link pretendedHost}. */
export function asHost<Result>(writer: SessionWriter, work: () => Promise<Result>): Promise<Result> {
  return current.run(writer, work)
}

// Asked once, and early: while a test lets time pass nobody must be waiting for the system.
const { pid } = process
const started = processStart(pid)

/** A machine called "here" on which this process runs, unless `asHost` says otherwise. */
export const pretendedHost: EngineHost = {
  isDead,
  thisWriter: async () =>
    current.getStore() ?? { machine: "here", boot: "boot", pidNamespace: "ns", pid, processStart: await started },
}
