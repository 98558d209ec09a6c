import { expect, test } from "vitest"
import { fileError } from "./file-error.ts"

const cases: [code: string, due: string, hint: RegExp | undefined][] = [
  ["ENOENT", "NotFound", /path/],
  ["ENOTDIR", "NotFound", /path/],
  ["EACCES", "Unreadable", /right to read/],
  ["EIO", "Unreadable", /medium/],
  ["ESTALE", "Unreadable", undefined],
  ["ERR_INVALID_ARG_VALUE", "Refused", undefined],
]

for (const [code, due, hint] of cases)
  test(`${code} is ${due}, names the file and keeps its cause`, () => {
    const cause = Object.assign(new Error("no"), { code })
    const error = fileError(cause, "/images/sda.raw")
    expect(error).toMatchObject({ code: due, cause, message: expect.stringContaining("/images/sda.raw") })
    if (hint === undefined) expect(error.hint).toBeUndefined()
    else expect(error.hint).toMatch(hint)
  })

test("what bears no code is unreadable and says what it was", () => {
  expect(fileError("odd", "/x")).toMatchObject({ code: "Unreadable", message: "/x: cannot be read (odd)" })
})
