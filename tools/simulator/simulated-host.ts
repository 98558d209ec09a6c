import { hash } from "node:crypto"
import type { SessionWriter } from "@bcopy/chain-format"
import type { EngineClock, EngineEvent, EngineSeams } from "@bcopy/copy-engine"
import type { SimulatedProcess, Simulation } from "./simulation.ts"

/** A machine: its wall clock may be wrong, and it knows which of its processes live. */
export interface SimulatedHost {
  readonly name: string
  /** How far its wall clock is off. */
  skewMs: number
  readonly processes: SimulatedProcess[]
}

/** Starts a process on a machine. */
export function startOn(simulation: Simulation, host: SimulatedHost, name: string): SimulatedProcess {
  const process = simulation.startProcess(name, host.name)
  host.processes.push(process)
  return process
}

/** What an engine in a process takes from its surroundings. */
export function seamsOf(
  simulation: Simulation,
  host: SimulatedHost,
  process: SimulatedProcess,
  onEvent?: (event: EngineEvent) => void,
): EngineSeams & { readonly clock: EngineClock } {
  let drawn = 0
  const writer: SessionWriter = {
    machine: host.name,
    boot: `boot of ${host.name}`,
    pidNamespace: "ns",
    pid: process.pid,
    processStart: `${process.pid}`,
  }
  return {
    clock: {
      now: () => simulation.nowMs + host.skewMs,
      monotonic: () => simulation.passedMs,
      sleep: (ms, signal) => simulation.wait(ms, process, signal),
    },
    random: (count) => hash("sha256", `${simulation.seed}/${process.pid}/${++drawn}`, "buffer").subarray(0, count),
    host: {
      thisWriter: async () => writer,
      async isDead(other) {
        if (other.machine !== host.name) return undefined
        const found = host.processes.find(({ pid }) => pid === other.pid)
        return found === undefined || found.state === "dead"
      },
    },
    ...(onEvent && { onEvent }),
  }
}
