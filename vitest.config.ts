import { tmpdir } from "node:os"
import { join } from "node:path"
import { defineConfig } from "vitest/config"

export default defineConfig({
  // Packages are tested from their sources; only the program, where it runs as a process of its own, is the built one. Vitest hands these conditions to the processes
  // and worker threads of a test too.
  ssr: { resolve: { conditions: ["@bcopy/source"] } },
  test: {
    include: ["src/**/*.test.ts"],
    pool: "forks",
    // Tests leave nothing behind in their process: its start and all that is imported are shared by files that follow.
    isolate: false,
    // Fewer and cheaper collections, as tests make much that is thrown away at once.
    execArgv: ["--max-semi-space-size=64"],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Programs that tests start leave nothing in the caches of who tests.
    env: { BCOPY_CACHE_DIR: join(tmpdir(), `bcopy-test-cache-${process.getuid?.() ?? ""}`) },
    passWithNoTests: true,
    // Whole names: the list of skipped tests shows them.
    taskTitleValueFormatTruncate: 0,
    reporters: ["dot", "json"],
    outputFile: { json: ".test-results/vitest.json" },
  },
})
