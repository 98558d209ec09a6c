import { fileURLToPath } from "node:url"
import { defineConfig, mergeConfig } from "vitest/config"
import base from "../../vitest.config.ts"

const setupFiles = [fileURLToPath(new URL("../../tools/argon2-once/argon2-once.ts", import.meta.url))]

// What one file holds in memory is given back before the next one begins.
export default mergeConfig(base, defineConfig({ test: { setupFiles, isolate: true, maxWorkers: 2 } }))
