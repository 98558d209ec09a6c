import { execFile } from "node:child_process"
import { constants, createReadStream } from "node:fs"
import { open, readdir, readFile, readlink } from "node:fs/promises"
import { promisify } from "node:util"
import { CliError } from "./cli-error.ts"
import type { Io } from "./io.ts"

/** More than any password has. */
const MAX_BYTES = 8192
const COMMAND_TIMEOUT_MS = 60_000

/** Where a password may come from, beside a person: options first, then the environment. */
export interface PasswordPlaces {
  readonly file?: string | undefined
  readonly command?: string | undefined
  readonly fd?: number | undefined
  /** Name of the variable that holds it; with `_FILE` and `_COMMAND` behind it of those that say where it is. */
  readonly variable: string
}

/**
 * The password that options or the environment give; `undefined` if they give none. It never comes from an argument: those
 * are everybody's to read. @throws CliError `Usage`
 */
export async function readPassword(places: PasswordPlaces, io: Io): Promise<string | undefined> {
  const { file, command, fd, variable } = places
  const given = [file, command, fd].filter((place) => place !== undefined)
  if (given.length > 1)
    throw new CliError("Usage", "a password was given in more than one way", { hint: "Give one of them." })
  if (file !== undefined) return fromFile(file)
  if (command !== undefined) return fromCommand(command, io)
  if (fd !== undefined) return fromDescriptor(fd)
  const env = (name: string) => io.env[name] || undefined
  const value = env(variable)
  if (value !== undefined) return requireText(value, variable)
  const named = env(`${variable}_FILE`)
  if (named !== undefined) return fromFile(named)
  const run = env(`${variable}_COMMAND`)
  return run === undefined ? undefined : fromCommand(run, io)
}

async function fromFile(path: string): Promise<string> {
  try {
    const file = await open(path)
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(MAX_BYTES), 0, MAX_BYTES, null)
      return firstLine(buffer.subarray(0, bytesRead), `password file ${path}`)
    } finally {
      await file.close()
    }
  } catch (error) {
    if (error instanceof CliError) throw error
    throw new CliError("Usage", `password file: ${(error as Error).message}`, { cause: error })
  }
}

async function fromDescriptor(fd: number): Promise<string> {
  const chunks: Buffer[] = []
  if (await isOwn(fd))
    throw new CliError("Usage", `file descriptor ${fd}: none of that number was given to this program`, {
      hint: `Open it for the program: \`bcopy … --password-fd ${fd} ${fd}< FILE\`.`,
    })
  try {
    for await (const chunk of createReadStream("", { fd, end: MAX_BYTES })) chunks.push(chunk as Buffer)
  } catch (error) {
    throw new CliError("Usage", `file descriptor ${fd}: ${(error as Error).message}`, { cause: error })
  }
  return firstLine(Buffer.concat(chunks), `file descriptor ${fd}`)
}

/** Access mode of an open file in its flags, as Linux shows them: 0 for those that are only read. */
const ACCESS_MODE = 3

/**
 * Whether a descriptor is not open for reading, or is one that Node opened for itself: reading from it could wait for ever. That
 * is what is no file, and a pipe whose other end is in this process too. Only Linux tells.
 */
async function isOwn(fd: number): Promise<boolean> {
  const all = await readdir("/proc/self/fd").catch(() => [])
  if (all.length === 0) return false
  const link = await linkOf(fd)
  if (link === "" || link.startsWith("anon_inode:") || (await accessOf(fd)) === constants.O_WRONLY) return true
  if (!link.startsWith("pipe:")) return false
  for (const other of all)
    if (other !== String(fd) && (await linkOf(other)) === link && (await accessOf(other)) !== constants.O_RDONLY)
      return true
  return false
}

async function linkOf(fd: number | string): Promise<string> {
  return readlink(`/proc/self/fd/${fd}`).catch(() => "")
}

async function accessOf(fd: number | string): Promise<number> {
  const told = await readFile(`/proc/self/fdinfo/${fd}`, "utf8").catch(() => "")
  const [, flags = "0"] = /^flags:\s*([0-7]+)$/m.exec(told) ?? []
  return Number.parseInt(flags, 8) & ACCESS_MODE
}

/** Runs a command as a shell would. Its own complaints are not repeated: they might tell what it should keep. */
async function fromCommand(command: string, io: Io): Promise<string> {
  const [shell, flag] = process.platform === "win32" ? ["cmd.exe", "/c"] : ["/bin/sh", "-c"]
  try {
    const { stdout } = await promisify(execFile)(shell, [flag, command], {
      encoding: "buffer",
      maxBuffer: MAX_BYTES,
      timeout: COMMAND_TIMEOUT_MS,
      env: { ...io.env },
      signal: io.signal,
    })
    return firstLine(stdout, "the password command")
  } catch (error) {
    if (error instanceof CliError) throw error
    const { code, killed, signal } = error as { readonly [key in "code" | "killed" | "signal"]?: unknown }
    const how =
      killed === true ? `did not end within ${COMMAND_TIMEOUT_MS / 1000} s` : `ended with ${String(code ?? signal)}`
    throw new CliError("Usage", `the password command ${how}`)
  }
}

function firstLine(bytes: Buffer, what: string): string {
  const [line = ""] = bytes.toString("utf8").split(/\r?\n/, 1)
  bytes.fill(0)
  if (line === "") throw new CliError("Usage", `${what} holds no password: its first line is empty`)
  return requireText(line, what)
}

/** What is no UTF-8 is read as this character, whatever it was: other bytes would be the same password. */
const NOT_TEXT = "\ufffd"

function requireText(password: string, what: string): string {
  if (!password.includes(NOT_TEXT)) return password
  throw new CliError("Usage", `${what} gives a password that is not UTF-8`, {
    hint: "Write it in UTF-8; of random bytes take their hexadecimal digits or base64.",
  })
}
