import { readFile, readlink } from "node:fs/promises"
import { hostname } from "node:os"
import type { SessionWriter } from "@bcopy/chain-format"

/** Who writes, and what can be told of others from here. */
export interface EngineHost {
  /** Who this process is: machine, boot, PID namespace and process. */
  thisWriter(): Promise<SessionWriter>
  /** Whether a writer is provably dead or alive, seen from `self`; `undefined` if that cannot be told from here. */
  isDead(writer: SessionWriter, self: SessionWriter): Promise<boolean | undefined>
}

/** Who this process is, as far as the system tells. */
async function thisWriter(): Promise<SessionWriter> {
  const text = async (path: string) => (await readFile(path, "utf8").catch(() => "")).trim()
  const machine = (await text("/etc/machine-id")) || hostname()
  const boot = await text("/proc/sys/kernel/random/boot_id")
  const pidNamespace = await readlink("/proc/self/ns/pid").catch(() => "")
  return { machine, boot, pidNamespace, pid: process.pid, processStart: await processStart(process.pid) }
}

/** When a process began, in whatever the system counts in; "" if it is gone or nothing tells. */
export async function processStart(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "")
  // The name in parentheses may hold anything, so fields are counted from behind it: the start time is the 20th.
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? ""
}

/** Dead is who wrote under another boot of this machine, or as a process that this host has no more. */
export async function isDead(writer: SessionWriter, self: SessionWriter): Promise<boolean | undefined> {
  if (writer.machine === "" || writer.machine !== self.machine) return undefined
  if (writer.boot === "" || self.boot === "") return undefined
  if (writer.boot !== self.boot) return true
  if (writer.pidNamespace !== self.pidNamespace) return undefined
  const start = await processStart(writer.pid)
  if (start !== "") return start !== writer.processStart
  try {
    process.kill(writer.pid, 0)
    return undefined
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH"
  }
}

/** The host that this process runs on. */
export const systemHost: EngineHost = { thisWriter, isDead }
