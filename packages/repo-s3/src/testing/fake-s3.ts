import { once } from "node:events"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { systemClock } from "./clock.ts"
import { type Behaviour, cephBehaviour } from "./model/behaviour.ts"
import { Bucket, type BucketOptions } from "./model/bucket.ts"
import { runOperation } from "./operations/run-operation.ts"
import type { ChooseFault, S3Fault } from "./s3-fault.ts"
import type { S3LogEntry } from "./s3-log-entry.ts"
import { sendAnswer } from "./send-answer.ts"
import { nameOperation } from "./wire/name-operation.ts"
import { parseTarget } from "./wire/parse-target.ts"
import { readBody } from "./wire/read-body.ts"
import { S3Error, writeErrorXml } from "./wire/s3-error.ts"
import type { S3Answer, S3Request } from "./wire/s3-request.ts"
import { verifyBody } from "./wire/verify-body.ts"
import { type S3Credentials, verifySignature } from "./wire/verify-signature.ts"

export interface FakeS3Options extends Partial<Behaviour> {
  /** The buckets that are there at first, by name. */
  readonly buckets?: Readonly<Record<string, BucketOptions>>
  /** Who may send requests; one user, given back as {@link FakeS3.credentials}, if absent. */
  readonly credentials?: readonly S3Credentials[]
  /** The server's clock, milliseconds since 1970: its dates, and what Object Lock and clients' clocks are held against. */
  readonly now?: () => number
  readonly fault?: ChooseFault
}

/** An S3 server within this process, its objects in memory. */
export interface FakeS3 {
  /** `http://127.0.0.1:port`; buckets are also served at `bucket.localhost` on that port. */
  readonly endpoint: string
  readonly port: number
  /** Credentials that it knows. */
  readonly credentials: S3Credentials
  /** All requests so far, in the order of their arrival. */
  readonly requests: readonly S3LogEntry[]
  /** From now on asks this for faults; `undefined`: no more faults. */
  setFault(fault: ChooseFault | undefined): void
  /** From now on lets these in, and nobody else. */
  setCredentials(credentials: readonly S3Credentials[]): void
  /** A bucket to look into; throws if there is none. */
  bucket(name: string): Bucket
  /** Breaks off all requests and frees the port. */
  stop(): Promise<void>
}

const defaultCredentials: S3Credentials = { accessKeyId: "testaccess", secretAccessKey: "testsecret0123456789" }

/** How long a conditional request takes at least, in turns of the event loop: else no race of small bodies would be one. */
const RACE_TURNS = 8

/**
 * Starts a server that behaves like Ceph 20 where the options say nothing else, and verifies the signature and the
 * body of every request. It listens on a free port of 127.0.0.1.
 */
export async function startFakeS3(options: FakeS3Options = {}): Promise<FakeS3> {
  const { now = systemClock.now, buckets: given = {}, ...rest } = options
  const behaviour: Behaviour = { ...cephBehaviour, ...rest }
  const buckets = new Map(Object.entries(given).map(([name, about]) => [name, new Bucket(name, now(), about)]))
  const requests: S3LogEntry[] = []
  const stopped = new AbortController()
  let chooseFault = options.fault
  let known = options.credentials ?? [defaultCredentials]

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = parseTarget(request)
    const operation = nameOperation(target)
    const { method, bucketName, key } = target
    const { headers } = request
    const index = requests.length
    const note = (change: Partial<S3LogEntry>) => (requests[index] = { ...requests[index]!, ...change })
    requests.push({ method, operation, bucket: bucketName, key, status: undefined, bytesIn: 0, bytesOut: 0 })
    const fault = chooseFault?.({ operation, bucket: bucketName, key, number: index + 1 })
    if (fault?.kind === "reset") {
      request.socket.resetAndDestroy()
      return
    }
    const newestAtStart = buckets.get(bucketName)?.newest(key)
    const requestId = String(index + 1).padStart(16, "0")

    const received = await readBody(request)
    note({ bytesIn: received.length })
    if (headers["if-none-match"] !== undefined) await systemClock.turns(RACE_TURNS)
    await waitFor(fault, stopped.signal)
    const nowMs = now()
    if (fault?.kind === "page") {
      note({ status: 200 })
      response.writeHead(200, { "content-type": "text/html" }).end("<html><body><h1>Welcome!</h1></body></html>")
      return
    }
    const answer = answerOf(requestId, nowMs, () => {
      if (fault?.kind === "status") throw new S3Error(fault.status, fault.code, "a fault that a test asked for")
      verifySignature(request, known, nowMs)
      const verified = verifyBody(received, headers)
      const asked: S3Request = { ...target, ...verified, operation, headers, nowMs, newestAtStart }
      return runOperation(asked, buckets, behaviour)
    })
    if (fault?.kind === "lost-answer") {
      request.socket.destroy()
      return
    }
    // Noted before it is sent: who has the answer finds it in the log.
    note({ status: answer.status })
    note({ bytesOut: sendAnswer(response, answer, { requestId, nowMs, fault }) })
  }

  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    // What fails here is a client that went away, or the end of the server.
    serve(request, response).catch(() => request.socket.destroy())
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as AddressInfo

  return {
    endpoint: `http://127.0.0.1:${port}`,
    port,
    requests,
    credentials: known[0] ?? defaultCredentials,
    setFault: (fault) => {
      chooseFault = fault
    },
    setCredentials: (credentials) => {
      known = credentials
    },
    bucket: (name) => {
      const bucket = buckets.get(name)
      if (bucket === undefined) throw new Error(`the fake has no bucket ${name}, but ${[...buckets.keys()].join(", ")}`)
      return bucket
    },
    stop: async () => {
      stopped.abort()
      const closed = once(server, "close")
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

async function waitFor(fault: S3Fault | undefined, signal: AbortSignal): Promise<void> {
  if (fault?.kind === "delay") await systemClock.sleep(fault.ms, signal)
  if (fault?.kind === "hold") await fault.until
}

function answerOf(requestId: string, nowMs: number, run: () => S3Answer): S3Answer {
  try {
    return run()
  } catch (thrown) {
    // An error of the fake itself is told as one of the server's.
    const error = thrown instanceof S3Error ? thrown : new S3Error(500, "InternalError", String(thrown))
    const body = Buffer.from(writeErrorXml(error, requestId, nowMs))
    return { status: error.status, headers: { ...error.headers, "Content-Type": "application/xml" }, body }
  }
}
