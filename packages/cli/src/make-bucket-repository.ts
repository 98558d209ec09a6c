import { layout } from "@bcopy/chain-format"
import { createRepository, type CreateRepositoryOptions, openRepository, type Repository } from "@bcopy/copy-engine"
import { memoryStore } from "@bcopy/repo"
import type { Call } from "./cli-command.ts"
import { CliError } from "./cli-error.ts"
import { enclosingBucketRepository } from "./enclosing-bucket-repository.ts"
import { noMemory, refuseExisting } from "./make-folder-repository.ts"
import { fitPassport } from "./fit-passport.ts"
import { openBucket } from "./open-bucket.ts"
import { BUCKET_ATTEMPTS, mayHoldRepository, paced, retried } from "./open-store.ts"

/**
 * Makes a repository under a prefix in a bucket, or in a dry run finds out whether it could be made.
 * @returns the repository; in a dry run one of the same kind in memory
 * @throws CliError `Refused` for a prefix that holds other things or lies in a repository; EngineError `RepositoryExists`, `BadArgument`;
 * StoreError, `Unfit` for a bucket that lacks what a repository needs
 */
export async function makeBucketRepository(
  text: string,
  options: Pick<CreateRepositoryOptions, "encryption" | "blockBytes" | "packBytes">,
  call: Call,
): Promise<Repository> {
  const { io, seams, signal, options: given } = call
  const { yes, dryRun } = given
  // A rehearsal in memory finds what is wrong with the options before anything is sent.
  const trial = await createRepository(memoryStore({ name: text, clock: io.clock }), seams, {
    ...options,
    encryption: "none",
    signal,
  })
  const bucket = await openBucket(text, call)
  const store = retried(paced(bucket, call), call, BUCKET_ATTEMPTS)
  const { objects, folders } = await store.list("", { folders: true, signal })
  const names = [...objects.map(({ key }) => key), ...folders.map((folder) => folder.slice(0, -1))]
  if (mayHoldRepository(names))
    await refuseExisting(store, () => openRepository(store, { ...seams, memory: noMemory }, { signal }))
  const own = new Set(["bcopy.json", "keys", "log", "backups", "probe", layout.repositorySettings.slice(0, -1)])
  const foreign = names.filter((name) => !own.has(name))
  if (foreign.length > 0 && yes !== true)
    throw new CliError("Refused", `${text} is not empty: it holds ${foreign.slice(0, 3).join(", ")}`, {
      hint: "Choose another prefix, or confirm with --yes.",
    })
  const around = yes === true ? undefined : await enclosingBucketRepository(text, call)
  if (around !== undefined)
    throw new CliError("Refused", `${text} lies in another repository, ${around}`, {
      hint: "Choose a place outside of it, or confirm with --yes.",
    })
  if (dryRun === true) return trial
  const passport = await fitPassport(bucket, text, call)
  return createRepository(store, seams, { ...options, passport, signal })
}
