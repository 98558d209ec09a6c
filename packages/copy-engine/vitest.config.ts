import { fileURLToPath } from "node:url"
import { defineConfig, mergeConfig } from "vitest/config"
import base from "../../vitest.config.ts"

const setupFiles = [fileURLToPath(new URL("../../tools/argon2-once/argon2-once.ts", import.meta.url))]

export default mergeConfig(base, defineConfig({ test: { setupFiles, maxWorkers: 2 } }))
