import { AsyncLocalStorage } from "node:async_hooks"
import type { SessionWriter } from "@bcopy/chain-format"

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

/** Lets everything that `work` does be done by this writer; needs `pretendHosts` in place of `host.ts`. */
export function asHost<Result>(writer: SessionWriter, work: () => Promise<Result>): Promise<Result> {
  return current.run(writer, work)
}

/** What stands in for `host.ts`: this process, on a machine called "here", unless `asHost` says otherwise. */
export function pretendHosts<Host extends { processStart(pid: number): Promise<string> }>(host: Host) {
  const { pid } = process
  // Asked once, and early: while a test lets time pass nobody must be waiting for the system.
  const started = host.processStart(pid)
  return {
    ...host,
    thisWriter: async (): Promise<SessionWriter> =>
      current.getStore() ?? { machine: "here", boot: "boot", pidNamespace: "ns", pid, processStart: await started },
  }
}
