/** For every layer the layers that its packages may import from. Imports point down only. */
export const allowedLayers: Readonly<Record<string, readonly string[]>> = {
  app: ["engine", "policy", "queue", "adapter", "contract", "format"],
  engine: ["format", "policy", "contract"],
  adapter: ["contract", "format", "connection"],
  connection: [],
  queue: [],
  policy: [],
  contract: [],
  format: [],
}

/** Folders of the packages that take no `node:` module; what lies in their `src/testing` and their tests may. */
export const purePackages: readonly string[] = ["chain-format", "repo", "retention-gfs", "scheduler", "source"]

/** Folders of the only packages that know the AWS SDK. */
export const awsPackages: readonly string[] = ["key-aws-kms", "repo-s3", "source-ebs"]

/** Private packages that any test may use, outside the layers. */
export const testTools: readonly string[] = ["@bcopy/require-tool"]

/** The most lines a source file may have; tests and vectors apart. */
export const MAX_LINES = 400

/** File names that are a question not yet answered. */
export const vagueNames: readonly string[] = ["common", "helper", "helpers", "misc", "types", "util", "utils"]
