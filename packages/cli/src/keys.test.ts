import { cpSync, existsSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { expect, test } from "vitest"
import { makeImage, openTrial, type Ran, type Trial } from "../testing/trial.ts"
import { exitCodes } from "./exit-codes.ts"

const PASSWORD = "correct horse"

/** Runs with a password in the environment. */
function withPassword({ at, bcopyWith }: Trial, password: string, more: Readonly<Record<string, string>> = {}) {
  const env = { BCOPY_CONFIG_DIR: at("config"), BCOPY_PASSWORD: password, ...more }
  return (...argv: string[]) => bcopyWith({ env }, ...argv)
}

/** An encrypted repository with a point. */
async function sealedRepository(trial: Trial): Promise<{ repo: string; bcopy: (...argv: string[]) => Promise<Ran> }> {
  const repo = trial.at("repo")
  const bcopy = withPassword(trial, PASSWORD)
  expect(await bcopy("init", "--repo", repo, "--recovery-kit", trial.at("kit.txt"))).toMatchObject({ exit: 0 })
  makeImage(trial.at("disk.raw"), { sizeMib: 2, seed: "keys" })
  const backup = await bcopy("backup", "--repo", repo, "--job", "nightly", "--workload", "web01", trial.at("disk.raw"))
  expect(backup.exit).toBe(0)
  return { repo, bcopy }
}

const ids = async (list: Promise<Ran>) =>
  (JSON.parse((await list).stdout) as { slots: { id: string; type: string; state: string }[] }).slots

test("a password comes from the environment, a file, a command or a descriptor, and from one place only", async () => {
  const trial = openTrial()
  const { at, bcopy } = trial
  const { repo } = await sealedRepository(trial)
  writeFileSync(at("pw"), `${PASSWORD}\r\nwhat follows is not read\n`)
  const fd = openSync(at("pw"), "r")
  const ways: (readonly string[])[] = [
    ["--password-file", at("pw")],
    ["--password-command", `echo "${PASSWORD}"`],
    ["--password-fd", String(fd)],
  ]
  for (const way of ways) expect(await bcopy("points", "--repo", repo, ...way)).toMatchObject({ exit: 0, stderr: "" })
  for (const env of [{ BCOPY_PASSWORD_FILE: at("pw") }, { BCOPY_PASSWORD_COMMAND: `cat ${at("pw")}` }])
    expect((await trial.bcopyWith({ env }, "points", "--repo", repo)).exit).toBe(0)
  expect((await bcopy("points", "--repo", repo, ...(ways[0] ?? []), ...(ways[1] ?? []))).exit).toBe(exitCodes.usage)
})

test("what gives no password is told by name, and says nothing of what it may hold", async () => {
  const trial = openTrial()
  const { at, bcopy } = trial
  const { repo } = await sealedRepository(trial)
  writeFileSync(at("empty"), "\nsecond line")
  for (const [way, what] of [
    [["--password-file", at("nowhere")], "nowhere"],
    [["--password-file", at("empty")], "empty"],
    [["--password-command", "echo planted-secret >&2; exit 7"], "ended with 7"],
    [["--password-fd", "97"], "97"],
    [["--recovery-kit", at("empty")], "empty"],
    [["--fingerprint", "12"], "64 hex"],
  ] as const) {
    const { exit, stdout, stderr } = await bcopy("points", "--repo", repo, ...way)
    expect([exit, stdout]).toEqual([exitCodes.usage, ""])
    expect(stderr).toContain(what)
    expect(stderr).not.toContain("planted-secret")
  }
})

test("a person is asked without a terminal's echo, a few times, and only if need be", async () => {
  const trial = openTrial()
  const { repo } = await sealedRepository(trial)
  const asked: string[] = []
  const answers = (...typed: string[]) => ({
    prompt: async (question: string) => {
      asked.push(question)
      return typed.shift() ?? ""
    },
  })
  expect((await trial.bcopyWith(answers("no", PASSWORD), "points", "--repo", repo)).exit).toBe(0)
  expect(asked).toHaveLength(2)
  expect((await trial.bcopyWith(answers("1", "2", "3", PASSWORD), "points", "--repo", repo)).exit).toBe(12)
  asked.length = 0
  const env = { BCOPY_PASSWORD: PASSWORD }
  expect((await trial.bcopyWith({ ...answers(), env }, "points", "--repo", repo)).exit).toBe(0)
  expect(asked).toEqual([])
})

test("init asks a person for a password twice and where the kit goes; what differs makes nothing", async () => {
  const trial = openTrial()
  const { at } = trial
  const typing = (...typed: string[]) => ({ prompt: async () => typed.shift() ?? "", ask: async () => at("asked.txt") })
  expect((await trial.bcopyWith(typing("one", "two"), "init", "--repo", at("repo"))).exit).toBe(exitCodes.usage)
  expect([existsSync(at("repo")), existsSync(at("asked.txt"))]).toEqual([false, false])
  expect((await trial.bcopyWith(typing("one", "one"), "init", "--repo", at("repo"))).exit).toBe(0)
  expect(readFileSync(at("asked.txt"), "utf8")).toContain("bcopy recovery kit")
})

test("init refuses a hint that says the password, a kit that exists, and a key beside --no-encryption", async () => {
  const trial = openTrial()
  const { at } = trial
  const bcopy = withPassword(trial, PASSWORD)
  const init = (...more: string[]) => bcopy("init", "--repo", at("repo"), ...more)
  writeFileSync(at("kit.txt"), "mine")
  expect((await init("--recovery-kit", at("kit.txt"))).exit).toBe(exitCodes.refused)
  expect(readFileSync(at("kit.txt"), "utf8")).toBe("mine")
  const told = await init("--no-recovery-kit", "--hint", `it is ${PASSWORD.toUpperCase()}`)
  expect([told.exit, told.stderr.includes("hint")]).toEqual([exitCodes.usage, true])
  expect((await init("--no-encryption", "--hint", "x")).exit).toBe(exitCodes.usage)
  expect((await init("--no-recovery-kit")).exit).toBe(0)
})

test("a kit opens everything without a password, to write too", async () => {
  const trial = openTrial()
  const { at, bcopy } = trial
  const { repo } = await sealedRepository(trial)
  rmSync(at("config"), { recursive: true })
  const kit = ["--recovery-kit", at("kit.txt")]
  const restore = ["restore", "--repo", repo, "--workload", "web01", "--output", at("out.raw"), ...kit]
  expect((await bcopy(...restore)).exit).toBe(0)
  expect(readFileSync(at("out.raw")).equals(readFileSync(at("disk.raw")))).toBe(true)
  const backup = ["backup", "--repo", repo, "--job", "nightly", "--workload", "web01", at("disk.raw"), ...kit]
  expect((await bcopy(...backup)).exit).toBe(0)
})

/** The office's slot, then the one it was made with, then the kit's. */
const rank = ({ type, label }: { readonly type: string; readonly label?: string }) =>
  label === "office" ? 0 : type === "password" ? 1 : 2

test("slots are added, listed, tried and removed, but for the last", async () => {
  const trial = openTrial()
  const { repo, bcopy } = await sealedRepository(trial)
  const add = withPassword(trial, PASSWORD, { BCOPY_NEW_PASSWORD: "office" })
  expect((await add("keys", "add", "--repo", repo, "--label", "office", "--hint", "place")).exit).toBe(0)
  const slots = await ids(bcopy("keys", "list", "--repo", repo, "--json"))
  expect(slots.map(({ type, state }) => `${type} ${state}`).toSorted()).toEqual([
    "password in force",
    "password in force",
    "recovery in force",
  ])
  const office = withPassword(trial, "office")
  const verified = JSON.parse((await office("keys", "verify", "--repo", repo, "--json")).stdout)
  expect(verified).toMatchObject({ opened: [{ label: "office" }], failures: [] })
  const [own = "", ...others] = slots.toSorted((a, b) => rank(a) - rank(b)).map(({ id }) => id)
  const remove = (...args: string[]) => office("keys", "remove", ...args, "--repo", repo)
  const [first = "", kit = ""] = others
  expect((await remove(first, "--dry-run")).exit).toBe(0)
  expect((await remove(first)).exit).toBe(0)
  for (const more of [[], ["--dry-run"]]) {
    const refused = await remove(own, ...more)
    expect([refused.exit, refused.stderr.includes("only a recovery kit opens")]).toEqual([exitCodes.refused, true])
  }
  expect((await remove(kit)).exit).toBe(0)
  const last = await remove(own, "--yes")
  expect([last.exit, last.stderr.includes("last one")]).toEqual([exitCodes.refused, true])
  expect((await bcopy("points", "--repo", repo)).exit).toBe(exitCodes.wrongKey)
})

test("a changed password opens, the old one does not; the dry run changes nothing", async () => {
  const trial = openTrial()
  const { repo, bcopy } = await sealedRepository(trial)
  const change = withPassword(trial, PASSWORD, { BCOPY_NEW_PASSWORD: "battery staple" })
  expect((await change("keys", "change-password", "--repo", repo, "--dry-run")).exit).toBe(0)
  expect((await bcopy("points", "--repo", repo)).exit).toBe(0)
  expect((await change("keys", "change-password", "--repo", repo)).exit).toBe(0)
  expect((await bcopy("points", "--repo", repo)).exit).toBe(exitCodes.wrongKey)
  expect((await withPassword(trial, "battery staple")("points", "--repo", repo)).exit).toBe(0)
})

test("a rotation keeps what is at hand, asks before it drops others, and rewrite seals anew what was there", async () => {
  const trial = openTrial()
  const { repo, bcopy } = await sealedRepository(trial)
  await withPassword(trial, PASSWORD, { BCOPY_NEW_PASSWORD: "office" })("keys", "add", "--repo", repo)
  const refused = await bcopy("keys", "rotate", "--repo", repo)
  expect([refused.exit, refused.stderr.includes("would drop password slot")]).toEqual([exitCodes.refused, true])
  expect((await bcopy("keys", "rotate", "--repo", repo, "--yes")).exit).toBe(0)
  expect((await withPassword(trial, "office")("points", "--repo", repo)).exit).toBe(exitCodes.wrongKey)
  const epochs = async () =>
    (JSON.parse((await bcopy("keys", "list", "--epochs", "--repo", repo, "--json")).stdout) as { epochs: object[] })
      .epochs
  expect(await epochs()).toMatchObject([{ epoch: 1, packs: 2 }])
  const dry = async () => (await bcopy("keys", "rewrite", "--repo", repo, "--dry-run")).stdout
  expect(await dry()).toContain("would seal anew: 2 packs, ")
  expect((await bcopy("keys", "rewrite", "--repo", repo)).exit).toBe(0)
  expect(await epochs()).toMatchObject([{ epoch: 2 }])
  expect(await dry()).toContain("nothing would be sealed anew")
  const verified = JSON.parse((await bcopy("verify", "--repo", repo, "--all", "--read-data", "--json")).stdout)
  expect(verified).toMatchObject({ points: 1, damaged: [], unknown: [] })
})

test("a new kit takes the place of the one before", async () => {
  const trial = openTrial()
  const { at, bcopy: plain } = trial
  const { repo, bcopy } = await sealedRepository(trial)
  expect((await bcopy("keys", "recovery-kit", "--repo", repo, "--output", at("new.txt"))).exit).toBe(0)
  expect((await plain("points", "--repo", repo, "--recovery-kit", at("new.txt"))).exit).toBe(0)
  expect((await plain("points", "--repo", repo, "--recovery-kit", at("kit.txt"))).exit).toBe(exitCodes.wrongKey)
})

test("a kit does not go into the repository that it opens, nor where no file can be made; the old one stays good", async () => {
  const trial = openTrial()
  const { at, bcopy: plain } = trial
  const { repo, bcopy } = await sealedRepository(trial)
  const kitIn = async (path: string) => bcopy("keys", "recovery-kit", "--repo", repo, "--yes", "--output", at(path))
  for (const path of ["repo/kit.txt", "repo/keys/kit.txt"]) {
    const told = await kitIn(path)
    expect([told.exit, told.stderr]).toEqual([exitCodes.refused, expect.stringContaining("in the repository")])
    expect(existsSync(at(path))).toBe(false)
  }
  expect((await kitIn("nowhere/kit.txt")).exit).toBe(exitCodes.failed)
  expect((await plain("points", "--repo", repo, "--recovery-kit", at("kit.txt"))).exit).toBe(0)
  const init = ["init", "--repo", at("new"), "--yes", "--recovery-kit", at("new/kit.txt")]
  expect((await bcopy(...init)).exit).toBe(exitCodes.refused)
  expect(existsSync(at("new"))).toBe(false)
})

test.skipIf(process.platform === "win32")("a password command runs once, whatever is asked of it later", async () => {
  const trial = openTrial()
  const { repo } = await sealedRepository(trial)
  const command = `echo once >> ${trial.at("runs")}; echo ${JSON.stringify(PASSWORD)}`
  const rotate = ["keys", "rotate", "--repo", repo, "--yes", "--password-command", command]
  expect((await trial.bcopy(...rotate)).exit).toBe(0)
  expect(readFileSync(trial.at("runs"), "utf8")).toBe("once\n")
})

test("a copy takes two passwords, or one that it tries on both; its target is never written in the clear by a key", async () => {
  const trial = openTrial()
  const { at } = trial
  const { repo, bcopy } = await sealedRepository(trial)
  const other = withPassword(trial, "other")
  expect((await other("init", "--repo", at("far"), "--no-recovery-kit")).exit).toBe(0)
  expect((await bcopy("init", "--repo", at("near"), "--no-recovery-kit")).exit).toBe(0)
  await trial.bcopy("init", "--repo", at("clear"), "--no-encryption")
  const both = withPassword(trial, "other", { BCOPY_FROM_PASSWORD: PASSWORD })
  expect((await both("copy", "--from", repo, "--to", at("far"))).exit).toBe(0)
  expect((await bcopy("copy", "--from", repo, "--to", at("near"))).exit).toBe(0)
  const refused = await bcopy("copy", "--from", repo, "--to", at("clear"))
  expect([refused.exit, refused.stderr.includes("in the clear")]).toEqual([exitCodes.refused, true])
  const from = { env: { BCOPY_CONFIG_DIR: at("config"), BCOPY_FROM_PASSWORD: PASSWORD } }
  const bare = await trial.bcopyWith(from, "copy", "--from", repo, "--to", at("clear"))
  expect(bare.exit).toBe(0)
  expect(bare.stderr).toContain("whoever can read")
  const roots = await Promise.all(
    [
      () => other("points", "--repo", at("far"), "--json"),
      () => trial.bcopy("points", "--repo", at("clear"), "--json"),
    ].map(async (points) =>
      (JSON.parse((await points()).stdout) as { points: { disks: object[] }[] }).points.map(({ disks }) => disks),
    ),
  )
  expect(roots[0]).toEqual(roots[1])
})

test("what takes the place of a repository that was known is refused, until it is forgotten", async () => {
  const trial = openTrial()
  const { at } = trial
  const { repo, bcopy } = await sealedRepository(trial)
  cpSync(repo, at("kept"), { recursive: true, preserveTimestamps: true })
  rmSync(repo, { recursive: true })
  const forged = openTrial()
  await forged.bcopy("init", "--repo", forged.at("forged"), "--no-encryption")
  cpSync(forged.at("forged"), repo, { recursive: true, preserveTimestamps: true })
  for (const run of [bcopy, trial.bcopy]) {
    const { exit, stderr } = await run("points", "--repo", repo)
    expect([exit, stderr.includes("was encrypted when it was last seen")]).toEqual([exitCodes.refused, true])
  }
  rmSync(repo, { recursive: true })
  await withPassword(forged, PASSWORD)("init", "--repo", forged.at("other"), "--no-recovery-kit")
  cpSync(forged.at("other"), repo, { recursive: true, preserveTimestamps: true })
  expect((await bcopy("points", "--repo", repo)).stderr).toContain("another repository")
  const dry = await trial.bcopy("keys", "forget", "--repo", repo, "--dry-run")
  expect(dry.stdout).toContain("would be forgotten")
  expect((await trial.bcopy("keys", "forget", "--repo", repo)).stdout).toContain("is forgotten")
  expect((await bcopy("points", "--repo", repo)).exit).toBe(0)
})

test("keys of a repository in the clear are none", async () => {
  const { at, bcopy } = openTrial()
  await bcopy("init", "--repo", at("clear"), "--no-encryption")
  for (const action of ["list", "rotate", "rewrite", "verify"])
    expect((await bcopy("keys", action, "--repo", at("clear"))).exit).toBe(exitCodes.refused)
})

test("no password, and no name, stands anywhere that it should not", async () => {
  const trial = openTrial()
  const { at } = trial
  const { repo, bcopy } = await sealedRepository(trial)
  let told = ""
  for (const argv of [["show"], ["points"], ["verify", "--all"], ["keys", "list"], ["keys", "list", "--json"]])
    for (const { stdout, stderr } of [await bcopy(...argv, "--repo", repo)]) told += stdout + stderr
  const files = (folder: string): string[] =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => `${entry.parentPath}/${entry.name}`)
  const stored = files(repo)
    .flatMap((file) => [file.slice(repo.length), readFileSync(file, "latin1")])
    .join("\n")
  const remembered = files(at("config"))
    .map((file) => readFileSync(file, "latin1"))
    .join("\n")
  expect(told).toContain("web01")
  expect(remembered).toContain("roots")
  for (const planted of [PASSWORD, "nightly", "web01", "disk.raw", "keys line"]) {
    expect(stored).not.toContain(planted)
    expect(remembered).not.toContain(planted)
  }
  expect(told).not.toContain(PASSWORD)
})

test("what cannot be remembered is told, and fails neither the making of a repository nor a rotation of its keys", async () => {
  const trial = openTrial()
  const { at } = trial
  writeFileSync(at("file"), "no folder")
  const bcopy = withPassword(trial, PASSWORD, { BCOPY_CONFIG_DIR: at("file/config") })
  const repo = at("repo")
  for (const command of [
    ["init", "--no-recovery-kit"],
    ["keys", "rotate"],
  ]) {
    const { exit, stderr } = await bcopy(...command, "--repo", repo)
    expect([exit, stderr]).toEqual([exitCodes.done, expect.stringContaining("could not be kept: ENOTDIR")])
    // Once is enough.
    expect(stderr.split("could not be kept")).toHaveLength(2)
  }
  expect((await bcopy("keys", "list", "--repo", repo)).stdout).toContain("root 2")
})
