import { readdirSync } from "node:fs"
import { afterAll, expect, test, vi } from "vitest"
import { startKmsDouble } from "./testing/kms-double.ts"
import { stubAwsEnvironment } from "./testing/stub-aws-environment.ts"

const folder = new URL("../examples/", import.meta.url)
const kms = await startKmsDouble()
const said: string[] = []
stubAwsEnvironment()
vi.stubEnv("AWS_ENDPOINT_URL_KMS", kms.endpoint)
vi.stubEnv("AWS_REGION", "eu-central-1")
vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
vi.stubEnv("AWS_SECRET_ACCESS_KEY", "top-secret")
vi.spyOn(console, "log").mockImplementation((text: string) => void said.push(text))

afterAll(() => kms.close())

test("the examples are there", () => {
  expect(readdirSync(folder)).toEqual(["keep-a-secret-under-a-key.ts"])
})

test("the example keep-a-secret-under-a-key.ts does what it says", async () => {
  await import(new URL("keep-a-secret-under-a-key.ts", folder).href)
  expect(said).toEqual([
    expect.stringMatching(/^\d+ bytes under arn:aws:kms:eu-central-1:111122223333:key\/key-1$/),
    "the same secret",
    "for another repository: WrongKey",
  ])
})
