import type { EngineClock, EngineHost, ScanCache, StartedMovers, StartMoversOptions } from "@bcopy/copy-engine"

/** A stream that text goes to, and what is known of it. */
export interface Output {
  write(text: string): unknown
  /** Whether a person watches it. */
  readonly isTTY?: boolean | undefined
  /** Width of the terminal in characters. */
  readonly columns?: number | undefined
}

/** What a run of the program takes from its surroundings. */
export interface Io {
  readonly stdout: Output
  readonly stderr: Output
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock: EngineClock
  /** So many random bytes, fit for ids. */
  readonly random: (count: number) => Uint8Array
  /** Who writes; this process, if absent. */
  readonly host?: EngineHost
  /** Starts threads ahead of their work; where it is absent, they are started once there is enough of it. */
  readonly startMovers?: (options: StartMoversOptions) => StartedMovers
  /** Told when an engine begins to work: what most runs need is loaded by then. */
  readonly onWork?: () => void
  /** What this machine remembers of disks that it has read; absent where it can remember nothing. */
  readonly scans?: ScanCache
  /** Asks a person for a secret; absent without a terminal. */
  readonly prompt?: (question: string) => Promise<string>
  /** Asks a person for something that may be seen; absent without a terminal. */
  readonly ask?: (question: string) => Promise<string>
  /** Fires when the run is to stop and keep a checkpoint. */
  readonly signal: AbortSignal
}
