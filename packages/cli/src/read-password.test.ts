import { closeSync, mkdtempSync, openSync, readdirSync, readlinkSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, onTestFinished, test } from "vitest"
import { readPassword } from "./read-password.ts"

const isLinux = process.platform === "linux"
const fromFd = async (fd: number) => readPassword({ fd, variable: "NONE" }, { env: {} } as never)

function openFile(flags: string): number {
  const folder = mkdtempSync(join(tmpdir(), "bcopy-fd-"))
  writeFileSync(join(folder, "pw"), "pass word\nsecond line\n")
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return openSync(join(folder, "pw"), flags)
}

test("a password is the first line of a descriptor that is open for reading", async () => {
  expect(await fromFd(openFile("r"))).toBe("pass word")
})

test("what is not UTF-8 is refused: read as text it would be the same as other bytes", async () => {
  const folder = mkdtempSync(join(tmpdir(), "bcopy-pw-"))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, "pw")
  writeFileSync(file, Buffer.from("Passw\u00f6rt\n", "latin1"))
  const places = { variable: "SECRET" }
  await expect(readPassword({ ...places, file }, { env: {} } as never)).rejects.toThrow(
    `password file ${file} gives a password that is not UTF-8`,
  )
  await expect(readPassword(places, { env: { SECRET: "a\ufffdb" } } as never)).rejects.toThrow(
    "SECRET gives a password",
  )
  writeFileSync(file, "Passw\u00f6rt\n")
  expect(await readPassword({ ...places, file }, { env: {} } as never)).toBe("Passw\u00f6rt")
})

test.skipIf(process.platform === "win32")("a command that is killed is told by its signal", async () => {
  const killed = readPassword({ command: "kill -9 $$", variable: "NONE" }, { env: process.env } as never)
  await expect(killed).rejects.toThrow("the password command ended with SIGKILL")
})

test.runIf(isLinux)(
  "a descriptor that was not given is not read: Node's own could be waited for without end",
  async () => {
    const own = readdirSync("/proc/self/fd").filter((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`).startsWith("anon_inode:")
      } catch {
        return false
      }
    })
    expect(own.length).toBeGreaterThan(0)
    const writing = openFile("a")
    onTestFinished(() => closeSync(writing))
    for (const fd of [...own.map(Number), writing, 9999])
      await expect(fromFd(fd)).rejects.toThrow(`file descriptor ${fd}: none of that number was given to this program`)
  },
)
