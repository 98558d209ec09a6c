import { type ChildProcess, execFileSync, spawn, type StdioOptions } from "node:child_process"
import { randomUUID } from "node:crypto"
import { once } from "node:events"
import { mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { mkdtemp } from "node:fs/promises"
import { connect, createServer } from "node:net"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { requireTool } from "@bcopy/require-tool"
import type { S3Place } from "./buckets.ts"
import { cephConf, type CephPlace } from "./ceph-conf.ts"

const START_TIMEOUT_MS = 60_000

/** A running gateway: S3 as Ceph speaks it. */
export interface Gateway {
  readonly endpoint: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  /** What it says of itself, such as `ceph version 16.2.15`. */
  readonly version: string
  /** Makes another user, who may do nothing until a policy lets him; gives his keys. */
  addUser(name: string): S3Place["credentials"]
  /** Ends the gateway's own process with `kill -9`; what it stored stays where it is. */
  kill(): Promise<void>
  /** Starts the gateway again at the same address, after {@link Gateway.kill}. */
  restart(): Promise<void>
  /** Ends its processes and deletes what it stored. */
  stop(): Promise<void>
}

export interface GatewayOptions extends Partial<Pick<CephPlace, "store" | "storeGib">> {
  /** The folder that its programs lie in, as {@link cephRoot} makes it; the system's own by default. */
  readonly root?: string
}

/** Programs that a gateway is made of, each with the Debian package that brings it. */
const programs = [
  ["ceph-mon", "ceph-mon"],
  ["ceph-osd", "ceph-osd"],
  ["radosgw", "radosgw"],
  ["ceph", "ceph-common"],
] as const

/** Debian packages that a gateway of the system's own programs lacks here; with `CI=true` that throws. */
export function missingPackages(): readonly string[] {
  return programs.flatMap(([program, name]) => (requireTool(program, name) ? [] : [name]))
}

/**
 * Starts a throw-away Ceph of one node with an S3 gateway on this machine: 1 to 5 seconds. Ports are free ones, so several
 * may run at once. Needs root, as Ceph's own programs do.
 */
export async function startGateway(options: GatewayOptions = {}): Promise<Gateway> {
  const { store = "memstore", storeGib = 4, root } = options
  const missing = root === undefined ? missingPackages() : []
  if (missing.length > 0) throw new Error(`a gateway needs Ceph: apt-get install ${missing.join(" ")}`)
  const place = await mkdtemp(join(root === undefined ? tmpdir() : join(root, "tmp"), "bcopy-ceph-"))
  // As the programs see it.
  const folder = root === undefined ? place : join("/tmp", basename(place))
  for (const name of ["mon", "osd", "rgw", "log", "run"]) mkdirSync(join(place, name))
  const fsid = randomUUID()
  const [monPort, gatewayPort] = [await freePort(), await freePort()]
  const conf = join(folder, "ceph.conf")
  writeFileSync(join(place, "ceph.conf"), cephConf({ folder, fsid, monPort, gatewayPort, store, storeGib }))
  const processes: ChildProcess[] = []
  // Ceph 20 aborts where a locale is named that is not there.
  const env = { ...process.env, LC_ALL: "C" }
  const where = root === undefined ? [] : ["chroot", root]
  const run = (...command: readonly string[]) => {
    const [program = "", ...args] = [...where, ...command]
    const stdio: StdioOptions = ["ignore", "pipe", "pipe"]
    return execFileSync(program, args, { env, encoding: "utf8", stdio, timeout: START_TIMEOUT_MS })
  }
  const start = (name: string, ...daemon: readonly string[]) => {
    const log = openSync(join(place, "log", `${name}.err`), "a")
    const [program, ...args] = [...where, ...daemon, "-c", conf, "-f"]
    const child = spawn(program, args, { env, stdio: ["ignore", log, log] })
    processes.push(child)
    return child
  }
  const stop = async () => {
    for (const child of processes.toReversed()) child.kill("SIGKILL")
    await Promise.all(processes.map(ended))
    rmSync(place, { recursive: true, force: true })
  }

  const addUser = (name: string) => {
    const keys = { accessKeyId: `bcopy${name}`, secretAccessKey: `bcopy-${name}-secret` }
    const user = [`--uid=${name}`, `--display-name=${name}`]
    const secrets = [`--access-key=${keys.accessKeyId}`, `--secret-key=${keys.secretAccessKey}`]
    run("radosgw-admin", "-c", conf, "-n", "client.rgw.a", "user", "create", ...user, ...secrets)
    return keys
  }

  try {
    const monmap = join(folder, "monmap")
    const address = `[v2:127.0.0.1:${monPort}/0]`
    run("monmaptool", "--create", "--clobber", "--fsid", fsid, "--enable-all-features", "--addv", "a", address, monmap)
    run("ceph-mon", "-c", conf, "-i", "a", "--mkfs", "--monmap", monmap)
    start("mon", "ceph-mon", "-i", "a")
    const ceph = (...args: readonly string[]) => run("ceph", "-c", conf, "--connect-timeout", "10", ...args)
    const osd = randomUUID()
    ceph("osd", "new", osd)
    run("ceph-osd", "-c", conf, "-i", "0", "--mkfs", "--osd-uuid", osd)
    const storage = start("osd", "ceph-osd", "-i", "0")
    await until(storage, () => ceph("osd", "stat").includes("1 up"))
    const credentials = addUser("test")
    let serving: ChildProcess
    const restart = async () => {
      serving = start("rgw", "radosgw", "-n", "client.rgw.a")
      await until(serving, () => listens(gatewayPort))
    }
    const kill = async () => {
      serving.kill("SIGKILL")
      await ended(serving)
    }
    await restart()
    const version = run("radosgw", "--version").split(" (")[0]?.trim() ?? "ceph"
    return { endpoint: `http://127.0.0.1:${gatewayPort}`, credentials, version, addUser, kill, restart, stop }
  } catch (error) {
    const said = ["mon", "osd", "rgw"].map((name) => tailOf(join(place, "log", `${name}.err`))).join("")
    await stop()
    throw new Error(`no Ceph gateway: ${(error as Error).message}\n${said}`, { cause: error })
  }
}

/** Resolves when a process is over. */
async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit")
}

async function until(child: ChildProcess, ready: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + START_TIMEOUT_MS
  while (!(await ready())) {
    if (child.exitCode !== null) throw new Error(`${child.spawnfile} ended with ${child.exitCode}`)
    if (Date.now() > end) throw new Error(`${child.spawnfile} is not ready after ${START_TIMEOUT_MS / 1000} s`)
    await sleep(100)
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1")
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false))
    socket.once("close", () => socket.destroy())
    socket.once("connect", () => socket.destroy())
  })
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject)
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}

function tailOf(path: string): string {
  try {
    return readFileSync(path, "utf8").split("\n").slice(-12).join("\n")
  } catch {
    return ""
  }
}
