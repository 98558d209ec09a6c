// Runs the program from its sources in the folder that npm was called in: npm itself goes to the workspace's root.
const folder = process.env["INIT_CWD"]
if (folder !== undefined && folder !== "") process.chdir(folder)
await import("../../packages/cli/src/main.ts")
