import { join } from "node:path"

/** The program as it is published, which starts in a third of the time that its sources take: `nx build bcopy` makes it. */
export const builtBcopy: string = join(import.meta.dirname, "../../packages/cli/dist/main.js")
