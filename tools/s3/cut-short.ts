import { asHost, deadProcess } from "../../packages/copy-engine/src/testing/hosts.ts"
import { requireThat } from "../proof/require-that.ts"
import type { LockStage } from "./lock-stage.ts"

/** A backup of a workload by a process that dies on the way: its packs and its last beat stay. */
export async function cutShort(stage: LockStage, workload: string): Promise<void> {
  const stop = new AbortController()
  const work = asHost(deadProcess(stage.points.length), () => stage.backUp(workload, { stop }))
  const [{ status }] = await Promise.allSettled([work])
  requireThat(status === "rejected", "a backup that was cut short has come to its end")
}
