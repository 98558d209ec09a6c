import { spawn } from "node:child_process"
import { once } from "node:events"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import type { MakeCases } from "./soak-case.ts"

const engine = join(import.meta.dirname, "../../packages/copy-engine")
const vitest = join(dirname(fileURLToPath(import.meta.resolve("vitest/package.json"))), "vitest.mjs")

/** Random commands on chains, held against a reference: more of what the engine's own test plays. There is no short form. */
export const chainCommands: MakeCases = ({ quick }) =>
  quick
    ? []
    : [
        {
          name: "chain-commands",
          async run(seed) {
            const given = { BCOPY_MODEL_RUNS: "20", BCOPY_MODEL_SEED: `${seed}` }
            const child = spawn(process.execPath, [vitest, "run", "reclaim-model", "--reporter=default"], {
              cwd: engine,
              env: { ...process.env, ...given, NO_COLOR: "1" },
              stdio: ["ignore", "pipe", "inherit"],
            })
            let said = ""
            child.stdout.setEncoding("utf8").on("data", (text: string) => (said += text))
            const [status] = (await once(child, "close")) as [number | null]
            if (status !== 0) throw new Error(`${said.slice(-4000)}: with ${JSON.stringify(given)}`)
          },
        },
      ]
