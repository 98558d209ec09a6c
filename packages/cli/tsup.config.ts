import { buildApp } from "../../tools/build-package/build-app.ts"

export default buildApp(import.meta.dirname, { workers: { "mover-worker": "@bcopy/copy-engine/mover-worker" } })
