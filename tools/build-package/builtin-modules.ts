import type { Plugin } from "esbuild"

/**
 * Takes modules of Node from it by `process.getBuiltinModule`. By `import` all that they have is looked at, which loads what
 * they load when they are asked for it only: with `node:crypto` the whole of WebCrypto.
 */
export const builtinModules: Plugin = {
  name: "builtin-modules",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:/ }, ({ path, kind }) =>
      kind === "import-statement" ? { path, namespace: "builtin", sideEffects: false } : undefined,
    )
    onLoad({ filter: /^node:/, namespace: "builtin" }, async ({ path }) => {
      const names = Object.keys((await import(path)) as object).filter((name) => name !== "default")
      const lines = [
        `const whole = process.getBuiltinModule(${JSON.stringify(path)})`,
        "const part = (name) => whole[name]",
        "export default whole",
        // What nobody uses is left out, since it was said to do nothing else.
        ...names.map((name) => `export const ${name} = /* @__PURE__ */ part(${JSON.stringify(name)})`),
      ]
      return { contents: lines.join("\n"), loader: "js" }
    })
  },
}
