import { spawnSync } from "node:child_process"
import { build } from "esbuild"
import { expect, test } from "vitest"
import { builtinModules } from "./builtin-modules.ts"

async function bundled(contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    bundle: true,
    write: false,
    platform: "node",
    format: "esm",
    plugins: [builtinModules],
  })
  return outputFiles[0]?.text ?? ""
}

function outputOf(code: string): string {
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module"], { input: code, encoding: "utf8" })
  return stdout + stderr
}

test("modules of Node are taken from it, by name and as a whole, and nothing is imported", async () => {
  const code = await bundled(`
    import { createHash } from "node:crypto"
    import path, { join } from "node:path"
    console.log(createHash("sha256").update("abc").digest("hex").slice(0, 8), join("a", "b"), path.basename("c/d"))`)
  expect(code).not.toContain("import ")
  expect(outputOf(code)).toBe("ba7816bf a/b d\n")
})

test("what they load when they are asked for it is not loaded by that", async () => {
  const loaded = `process.moduleLoadList.includes("NativeModule internal/crypto/webcrypto")`
  const source = `import { createHash } from "node:crypto"; createHash("sha256"); process.stdout.write(String(${loaded}))`
  expect(outputOf(await bundled(source))).toBe("false")
  expect(outputOf(source)).toBe("true")
})
