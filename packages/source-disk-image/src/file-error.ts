import { SourceError } from "@bcopy/source"

const hints: Readonly<Record<string, string>> = {
  EACCES: "Give this user the right to read it, or run as another user.",
  EPERM: "Give this user the right to read it, or run as another user.",
  EIO: "The medium failed to read; look at the system's log before trying again.",
  EMFILE: "Raise the limit of open files (ulimit -n).",
}

/** What the system said about a file, as a `SourceError` that names the file: `NotFound`, `Refused` or `Unreadable`. */
export function fileError(error: unknown, what: string): SourceError {
  const code = systemCode(error)
  if (code === "ENOENT" || code === "ENOTDIR")
    return new SourceError("NotFound", `${what}: there is no such file`, { cause: error, hint: "Check the path." })
  if (code === "ERR_INVALID_ARG_VALUE")
    return new SourceError("Refused", `${what}: that is no path of a file`, { cause: error })
  const hint = hints[code]
  return new SourceError("Unreadable", `${what}: cannot be read (${code})`, {
    cause: error,
    ...(hint === undefined ? {} : { hint }),
  })
}

function systemCode(error: unknown): string {
  const code: unknown = typeof error === "object" && error !== null && "code" in error ? error.code : undefined
  return typeof code === "string" ? code : String(error)
}
