import { defineConfig, mergeConfig } from "vitest/config"
import base from "../vitest.config.ts"

export default mergeConfig(
  { ...base, test: { ...base.test, include: [] } },
  defineConfig({ test: { include: ["**/*.test.ts"], isolate: true, maxWorkers: 2 } }),
)
