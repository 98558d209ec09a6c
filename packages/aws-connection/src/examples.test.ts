import { readdirSync } from "node:fs"
import { expect, test } from "vitest"

const folder = new URL("../examples/", import.meta.url)

for (const name of readdirSync(folder)) {
  test(`the example ${name} does what it says`, async () => {
    await expect(import(new URL(name, folder).href)).resolves.toBeDefined()
  })
}
