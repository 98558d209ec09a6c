import { execFileSync, spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { codeEntries, entrySpecifier, readPackages } from "../read-packages/read-packages.ts"
import { missingFromTarball } from "./missing-from-tarball.ts"

// Packs every package as it would be published, installs the tarballs in an empty folder, and uses them there as
// strangers do: from TypeScript, from CommonJS, in a bundle.
const root = join(import.meta.dirname, "../..")
const folder = mkdtempSync(join(realpathSync(tmpdir()), "bcopy-consumer-"))
const packages = readPackages(root).filter(({ manifest }) => manifest.private !== true)
const entries = packages.flatMap(({ manifest }) =>
  codeEntries(manifest).map(({ entry }) => entrySpecifier(manifest, entry)),
)

/** What `npm pack --json` tells of one tarball. */
interface Packed {
  readonly name: string
  readonly filename: string
  readonly files: readonly { readonly path: string }[]
}

try {
  const tarballs = pack()
  install(tarballs)
  compile("nodenext", { module: "nodenext", moduleResolution: "nodenext", lib: ["es2024"], types: ["node"] })
  // Without the types of Node: what is published must not need them.
  compile("bundler", { module: "esnext", moduleResolution: "bundler", lib: ["es2024", "dom"], types: [] })
  requireAll()
  runBins()
  runAlone(tarballs)
  runOnBucket()
  bundleEngine()
  console.log(`consumer: ${packages.length} packages, ${entries.length} entries`)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function pack(): Packed[] {
  mkdirSync(join(folder, "tarballs"))
  const workspaces = packages.flatMap(({ manifest }) => ["-w", manifest.name])
  const out = run(
    "npm",
    ["pack", "--json", "--ignore-scripts", "--pack-destination", join(folder, "tarballs"), ...workspaces],
    root,
  )
  const parsed = JSON.parse(out) as Packed[] | Record<string, Packed>
  const packed = Array.isArray(parsed) ? parsed : Object.values(parsed)
  const complaints = packages.flatMap(({ manifest }) => {
    const paths = packed.find(({ name }) => name === manifest.name)?.files.map(({ path }) => path) ?? []
    return missingFromTarball(manifest, paths).map((path) => `${manifest.name}: the tarball lacks ${path}`)
  })
  if (complaints.length > 0) throw new Error(complaints.join("\n"))
  return packed
}

function install(tarballs: readonly Packed[]): void {
  const dependencies = Object.fromEntries(tarballs.map(({ name, filename }) => [name, `file:tarballs/${filename}`]))
  write("package.json", JSON.stringify({ private: true, dependencies }))
  run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", "--no-package-lock"], folder)
}

function compile(name: string, options: Readonly<Record<string, unknown>>): void {
  const imports = entries.map((entry, index) => `import * as entry${index} from "${entry}"\nvoid entry${index}`)
  write(`${name}/package.json`, JSON.stringify({ type: "module" }))
  write(`${name}/main.ts`, `${imports.join("\n")}\n`)
  const typeRoots = [join(root, "node_modules/@types")]
  const compilerOptions = { strict: true, skipLibCheck: false, noEmit: true, target: "es2023", typeRoots, ...options }
  write(`${name}/tsconfig.json`, JSON.stringify({ compilerOptions, include: ["main.ts"] }))
  run("tsc", ["-p", name], folder)
}

function requireAll(): void {
  const lines = entries.map(
    (entry) => `if (Object.keys(require("${entry}")).length === 0) throw new Error("${entry} exports nothing")`,
  )
  write("main.cjs", `${lines.join("\n")}\n`)
  run("node", ["main.cjs"], folder)
}

/** The engine in a bundle, its data mover beside it, at work: nothing else may be needed to run them. */
function bundleEngine(): void {
  write("bundle.js", readFileSync(join(import.meta.dirname, "bundled-engine.js"), "utf8"))
  const entryPoints = ["bundle.js", "mover-worker=@bcopy/copy-engine/mover-worker"]
  const options = ["--bundle", "--platform=node", "--format=esm", "--outdir=bundled", "--log-level=warning"]
  run("esbuild", [...entryPoints, ...options], folder)
  write("bundled/package.json", JSON.stringify({ type: "module" }))
  rmSync(join(folder, "node_modules"), { recursive: true })
  const said = run("node", ["bundled/bundle.js"], folder).trim()
  if (said !== "restored by 0, 1 and 2 movers") throw new Error(`the bundled engine said: ${said}`)
}

function runBins(): void {
  for (const { manifest } of packages)
    for (const name of Object.keys(manifest.bin ?? {}))
      run(join(folder, "node_modules/.bin", name), ["--version"], folder)
}

/** A program has what it uses with it, but for what speaks to a bucket: unpacked alone it backs up and restores, in threads. */
function runAlone(tarballs: readonly Packed[]): void {
  const { filename } = tarballs.find(({ name }) => name === "bcopy") as Packed
  const image = join(folder, "disk.raw")
  writeFileSync(image, Buffer.alloc(40 << 20, "not zeros, and not all the same either"))
  const alone = mkdtempSync(join(realpathSync(tmpdir()), "bcopy-alone-"))
  try {
    run("tar", ["-xzf", join(folder, "tarballs", filename), "-C", alone], folder)
    const bcopy = (...args: readonly string[]) =>
      run("node", [join(alone, "package/dist/main.js"), ...args, "--repo", join(alone, "repo")], alone)
    bcopy("init", "--no-encryption")
    bcopy("backup", "--job", "j", "--workload", "w", image)
    bcopy("restore", "--workload", "w", "--output", join(alone, "restored.raw"))
    if (!readFileSync(join(alone, "restored.raw")).equals(readFileSync(image)))
      throw new Error("bcopy by itself restored something else than it backed up")
  } finally {
    rmSync(alone, { recursive: true, force: true })
  }
}

/** What speaks to a bucket is loaded by the program when it is asked to, and is there: it fails for want of a bucket. */
function runOnBucket(): void {
  const said = runRefused(join(folder, "node_modules/bcopy/dist/main.js"), ["show", "--repo", "s3://none/here"], folder)
  if (!said.includes("127.0.0.1:9")) throw new Error(`bcopy said of a bucket: ${said}`)
}

function runRefused(program: string, args: readonly string[], cwd: string): string {
  const env = {
    ...process.env,
    AWS_ENDPOINT_URL_S3: "http://127.0.0.1:9",
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "nobody",
    AWS_SECRET_ACCESS_KEY: "nothing",
  }
  const { status, stderr } = spawnSync("node", [program, ...args], { cwd, env, encoding: "utf8" })
  if (status === 0) throw new Error(`${args.join(" ")} came to an end where there is no bucket`)
  return stderr
}

function write(path: string, text: string): void {
  mkdirSync(join(folder, path, ".."), { recursive: true })
  writeFileSync(join(folder, path), text)
}

function run(program: string, args: readonly string[], cwd: string): string {
  try {
    return execFileSync(program, args, {
      cwd,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      shell: process.platform === "win32",
    })
  } catch (cause) {
    const { stdout, stderr } = cause as { stdout?: string; stderr?: string }
    throw new Error(`${program} ${args.join(" ")} failed:\n${stdout ?? ""}${stderr ?? ""}`, { cause })
  }
}
