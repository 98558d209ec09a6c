// Prints which of the programs that tests may need are there, so that a cached result is not taken for a machine that
// has gained or lost one.
import { existsSync } from "node:fs"
import { delimiter, join } from "node:path"

const tools = ["debugfs", "filefrag", "mke2fs", "nbdcopy", "qemu-img", "qemu-nbd"]
const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"]
console.log(tools.filter((tool) => folders.some((folder) => existsSync(join(folder, tool)))).join(" "))
