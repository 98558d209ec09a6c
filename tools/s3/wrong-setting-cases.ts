import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { requireThat } from "../proof/require-that.ts"
import type { BcopyRun } from "../proof/run-bcopy.ts"
import type { S3Place } from "./buckets.ts"
import { hurriedProgram, runAgainst } from "./run-against.ts"
import type { S3Case } from "./s3-case.ts"

/** Whatever is set wrongly is told within this time, the program's start included. */
const LIMIT_MS = 60_000
/** For credentials that nobody gave; beside it the program starts. */
const NO_CREDENTIALS_MS = 3000
const START_MS = 3000

/** Settings that are wrong: a clear error, in time. */
export function wrongSettingCases(place: S3Place): readonly S3Case[] {
  const { endpoint, credentials } = place
  const repo = "s3://plain/bad-day/settings"
  const wrong = (what: string, says: RegExp, where: () => Promise<S3Place> | S3Place, address = repo): S3Case => ({
    name: `bad day: ${what}: a clear error`,
    async run() {
      const run = await runAgainst(await where(), ["init", "--repo", address, "--no-encryption"], refused)
      requireSaid(run, says)
    },
  })
  return [
    {
      name: "bad day: another region than the bucket's: it works, or the error names the region",
      async run() {
        const elsewhere = { AWS_REGION: "eu-nowhere-7" }
        const options = { ...refused, expect: [0, 1] }
        const run = await runAgainst(place, ["init", "--repo", `${repo}-region`, "--no-encryption"], options, elsewhere)
        if (run.status !== 0) requireSaid(run, /region/i)
      },
    },
    {
      name: "bad day: the clock of this machine is an hour off: it works, or the error says so",
      async run() {
        const [main = ""] = hurriedProgram.slice(-1)
        const program = ["--import", join(import.meta.dirname, "shift-clock.ts"), main]
        const options = { ...refused, expect: [0, 1], program }
        const run = await runAgainst(place, ["init", "--repo", `${repo}-clock`, "--no-encryption"], options)
        if (run.status !== 0) requireSaid(run, /RequestTimeTooSkewed.*clock/)
      },
    },
    wrong("no such bucket", /no bucket|NoSuchBucket/, () => place, "s3://nowhere/bad-day"),
    wrong("a wrong secret key", /SignatureDoesNotMatch/, () => ({
      endpoint,
      credentials: { ...credentials, secretAccessKey: "wrong" },
    })),
    wrong("an unknown access key", /InvalidAccessKeyId/, () => ({
      endpoint,
      credentials: { ...credentials, accessKeyId: "nobody" },
    })),
    wrong("an endpoint where nobody listens", /ECONNREFUSED/, async () => {
      const { page, close } = await serveText(200)
      await close()
      return { endpoint: page, credentials }
    }),
    ...[200, 404].map((status): S3Case => ({
      name: `bad day: an endpoint that speaks HTML and says ${status}: a clear error`,
      async run() {
        const { page, close } = await serveText(status)
        try {
          const at = { endpoint: page, credentials }
          const made = await runAgainst(at, ["init", "--repo", repo, "--no-encryption"], refused)
          requireSaid(made, /S3|XML|HTML|answer|404/)
          const read = await runAgainst(at, ["points", "--repo", repo], { ...refused, program: hurriedProgram })
          requireSaid(read, /S3|XML|HTML|answer|404/)
        } finally {
          await close()
        }
      },
    })),
    {
      name: `bad day: no credentials: a clear error within ${NO_CREDENTIALS_MS / 1000} s`,
      async run() {
        const nobody = {
          AWS_ENDPOINT_URL_S3: endpoint,
          AWS_SHARED_CREDENTIALS_FILE: "/nonexistent",
          HOME: "/nonexistent",
        }
        const run = await runAgainst(undefined, ["points", "--repo", repo], refused, nobody)
        requireSaid(run, /credentials/)
        requireThat(run.tookMs <= NO_CREDENTIALS_MS + START_MS, `it took ${run.tookMs.toFixed(0)} ms`)
      },
    },
  ]
}

const refused = { expect: [1, 2, 14], limitMs: LIMIT_MS }

/** @throws unless a run says what is wrong in its error or the hint beside it */
function requireSaid({ document, tookMs }: BcopyRun, says: RegExp): void {
  const { error } = document as { readonly error?: { code: string; message: string; hint?: string } }
  const text = `${error?.code}: ${error?.message} ${error?.hint ?? ""}`
  console.log(`        ${(tookMs / 1000).toFixed(1)} s: ${text}`)
  const isOurFault = error?.code === "Unexpected" || error?.code === "Damaged"
  requireThat(error !== undefined && !isOurFault && says.test(text), `it said ${text}`)
}

/** A web server that is no S3. */
async function serveText(status: number) {
  const server = createServer((request, response) => {
    request.resume()
    response.writeHead(status, { "content-type": "text/html" }).end("<html><body><h1>Welcome!</h1></body></html>")
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as AddressInfo
  const close = () => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  }
  return { page: `http://127.0.0.1:${port}`, close }
}
