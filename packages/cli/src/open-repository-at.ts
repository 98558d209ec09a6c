import { openRepository, type Repository } from "@bcopy/copy-engine"
import type { Call } from "./cli-command.ts"
import { CliError } from "./cli-error.ts"
import type { KeyOptions } from "./key-options.ts"
import { openStore, requireFolder } from "./open-store.ts"
import { givenKey, type GivenKey, keyAccess } from "./repository-key.ts"

/** Opens the repository that `--repo`, or else `BCOPY_REPO`, names. @throws CliError `Usage`; EngineError */
export async function openGivenRepository(call: Call<{ readonly repo?: string } & KeyOptions>): Promise<Repository> {
  return openRepositoryAt(repositoryGiven(call), await givenKey(call), call)
}

/** Opens the repository that a REPO text names. @throws CliError `Usage`; EngineError, StoreError */
export async function openRepositoryAt(text: string, key: GivenKey, call: Call): Promise<Repository> {
  const { seams, signal, opened } = call
  await requireFolder(text)
  const repository = await openRepository(await openStore(text, call), seams, { keys: keyAccess(key, call), signal })
  opened.push(repository)
  return repository
}

type Place = readonly [text: string, key: GivenKey]

/**
 * Opens the two repositories of a copy: at once, where nobody has to be asked for a password. Of two that fail the first is
 * told of. @throws CliError `Usage`; EngineError, StoreError
 */
export async function openBoth(from: Place, to: Place, call: Call): Promise<readonly [Repository, Repository]> {
  const isGiven = ([, { password, kit }]: Place) => password !== undefined || kit !== undefined
  if (call.io.prompt !== undefined && !(isGiven(from) && isGiven(to)))
    return [await openRepositoryAt(...from, call), await openRepositoryAt(...to, call)]
  const both = await Promise.allSettled([openRepositoryAt(...from, call), openRepositoryAt(...to, call)])
  const [origin, target] = both
  if (origin.status === "rejected") throw origin.reason
  if (target.status === "rejected") throw target.reason
  return [origin.value, target.value]
}

/** The REPO text that was given. @throws CliError `Usage` */
export function repositoryGiven({ options, io }: Call<{ readonly repo?: string }>): string {
  const text = options.repo ?? (io.env["BCOPY_REPO"] || undefined)
  if (text !== undefined) return text
  throw new CliError("Usage", "no repository was named", { hint: "Use --repo REPO, or set BCOPY_REPO." })
}
