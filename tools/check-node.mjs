// Plain JavaScript for any Node since 12: it has to run on the one it complains about.
import { readFileSync } from "fs"

const wanted = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")).engines.node
const found = process.versions.node

function numbers(version) {
  return version.replace(/^\D+/, "").split(".").map(Number)
}

const [wantedMajor, wantedMinor] = numbers(wanted)
const [foundMajor, foundMinor] = numbers(found)

if (foundMajor < wantedMajor || (foundMajor === wantedMajor && foundMinor < wantedMinor)) {
  console.error(
    `bcopy needs Node ${wanted} and found ${found}: run npm install, then start this through npm, which brings Node ${wantedMajor}.`,
  )
  process.exit(2)
}
