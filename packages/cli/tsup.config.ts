import { buildApp } from "../../tools/build-package/build-app.ts"

export default buildApp(import.meta.dirname, {
  script: "./src/program.ts",
  workers: { "mover-worker": "@bcopy/copy-engine/mover-worker" },
})
