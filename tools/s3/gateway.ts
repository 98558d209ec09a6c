import { type ChildProcess, execFileSync, spawn } from "node:child_process"
import { randomUUID } from "node:crypto"
import { once } from "node:events"
import { mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { mkdtemp } from "node:fs/promises"
import { connect, createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { requireTool } from "@bcopy/require-tool"
import { cephConf, type CephPlace } from "./ceph-conf.ts"

const START_TIMEOUT_MS = 60_000

/** A running gateway: S3 as Ceph speaks it. */
export interface Gateway {
  readonly endpoint: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  /** What it says of itself, such as `ceph version 16.2.15`. */
  readonly version: string
  /** Ends its processes and deletes what it stored. */
  stop(): Promise<void>
}

/** Programs that a gateway is made of, each with the Debian package that brings it. */
const programs = [
  ["ceph-mon", "ceph-mon"],
  ["ceph-osd", "ceph-osd"],
  ["radosgw", "radosgw"],
  ["ceph", "ceph-common"],
] as const

/**
 * Starts a throw-away Ceph of one node with an S3 gateway on this machine: 1 to 5 seconds. Ports are free ones, so several
 * may run at once. Needs root, as Ceph's own programs do.
 */
export async function startGateway(options: Partial<Pick<CephPlace, "store" | "storeGib">> = {}): Promise<Gateway> {
  const missing = programs.filter(([program, debianPackage]) => !requireTool(program, debianPackage))
  if (missing.length > 0)
    throw new Error(`a gateway needs Ceph: apt-get install ${missing.map(([, name]) => name).join(" ")}`)
  const folder = await mkdtemp(join(tmpdir(), "bcopy-ceph-"))
  for (const name of ["mon", "osd", "rgw", "log", "run"]) mkdirSync(join(folder, name))
  const { store = "memstore", storeGib = 4 } = options
  const fsid = randomUUID()
  const [monPort, gatewayPort] = [await freePort(), await freePort()]
  const conf = join(folder, "ceph.conf")
  writeFileSync(conf, cephConf({ folder, fsid, monPort, gatewayPort, store, storeGib }))
  const credentials = { accessKeyId: "bcopytest", secretAccessKey: "bcopy-test-secret" }
  const processes: ChildProcess[] = []
  // Ceph 20 aborts where a locale is named that is not there.
  const env = { ...process.env, LC_ALL: "C" }
  const run = (program: string, ...args: readonly string[]) =>
    execFileSync(program, args, { env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], timeout: START_TIMEOUT_MS })
  const start = (name: string, program: string, ...args: readonly string[]) => {
    const log = openSync(join(folder, "log", `${name}.err`), "a")
    const child = spawn(program, ["-c", conf, ...args, "-f"], { env, stdio: ["ignore", log, log] })
    processes.push(child)
    return child
  }
  const stop = async () => {
    for (const child of processes.toReversed()) child.kill("SIGKILL")
    await Promise.all(processes.map(ended))
    rmSync(folder, { recursive: true, force: true })
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
    const admin = ["-c", conf, "-n", "client.rgw.a", "user", "create", "--uid=test", "--display-name=test"]
    const keys = [`--access-key=${credentials.accessKeyId}`, `--secret-key=${credentials.secretAccessKey}`]
    run("radosgw-admin", ...admin, ...keys)
    const gateway = start("rgw", "radosgw", "-n", "client.rgw.a")
    await until(gateway, () => listens(gatewayPort))
    const version = run("radosgw", "--version").split(" (")[0]?.trim() ?? "ceph"
    return { endpoint: `http://127.0.0.1:${gatewayPort}`, credentials, version, stop }
  } catch (error) {
    const said = ["mon", "osd", "rgw"].map((name) => tailOf(join(folder, "log", `${name}.err`))).join("")
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
