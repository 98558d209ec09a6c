import { sep } from "node:path"
import { EngineError } from "@bcopy/copy-engine"
import { enclosingRepository, realPath } from "./enclosing-repository.ts"

/**
 * Keeps a restore out of repositories: always out of the one it reads, out of others unless `yes`.
 * @throws EngineError `Refused`
 */
export async function refuseOutputInside(
  repository: string,
  output: string,
  { yes = false }: { readonly yes?: boolean },
): Promise<void> {
  const [own, target] = [await realPath(repository), await realPath(output)]
  if (target === own || target.startsWith(own.endsWith(sep) ? own : own + sep))
    throw new EngineError("Refused", `${output} lies in the repository ${repository} itself`, {
      hint: "Choose a place outside of it.",
    })
  const other = await enclosingRepository(output)
  if (other !== undefined && !yes)
    throw new EngineError("Refused", `${output} lies in another repository, ${other}`, {
      hint: "Choose a place outside of it, or confirm with --yes.",
    })
}
