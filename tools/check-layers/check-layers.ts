import { join } from "node:path"
import { readPackages } from "../read-packages/read-packages.ts"
import { checkPackage } from "./check-package.ts"

// Holds every package against the rules of the house; prints each breach and exits 1 when there is one.
const packages = readPackages(join(import.meta.dirname, "../.."))
const breaches = packages.flatMap((pack) => checkPackage(pack, packages))
for (const breach of breaches) console.error(breach)
const fileCount = packages.reduce((sum, pack) => sum + pack.files.length, 0)
console.log(`layers: ${packages.length} packages, ${fileCount} files, ${breaches.length} breaches`)
if (breaches.length > 0) process.exitCode = 1
