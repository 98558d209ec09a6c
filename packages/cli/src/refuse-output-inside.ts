import { sep } from "node:path"
import { EngineError } from "@bcopy/copy-engine"
import { enclosingRepository, realPath } from "./enclosing-repository.ts"
import { isBucketAddress } from "./is-bucket-address.ts"

/**
 * Keeps what is written out of repositories: always out of the one it comes from, out of others unless `yes`.
 * @throws EngineError `Refused`
 */
export async function refuseOutputInside(
  repository: string,
  output: string,
  { yes = false }: { readonly yes?: boolean },
): Promise<void> {
  // A bucket has no folders that a restore could get into.
  const own = isBucketAddress(repository) ? undefined : await realPath(repository)
  const target = await realPath(output)
  if (own !== undefined && (target === own || target.startsWith(own.endsWith(sep) ? own : own + sep)))
    throw new EngineError("Refused", `${output} lies in the repository ${repository} itself`, {
      hint: "Choose a place outside of it.",
    })
  const other = await enclosingRepository(output)
  if (other !== undefined && !yes)
    throw new EngineError("Refused", `${output} lies in another repository, ${other}`, {
      hint: "Choose a place outside of it, or confirm with --yes.",
    })
}
