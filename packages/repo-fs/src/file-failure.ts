import { isStoreError, StoreError, type StoreErrorCode } from "@bcopy/repo"

interface Meaning {
  readonly code: StoreErrorCode
  readonly says: string
  readonly hint?: string
}

/** What the system's refusals mean for a store. Whatever is not here is unknown: `Unavailable`. */
const meanings: Readonly<Record<string, Meaning>> = {
  EROFS: { code: "ReadOnly", says: "the file system is mounted read-only", hint: "Mount it for writing" },
  EACCES: { code: "Denied", says: "permission denied", hint: "Check owner and mode of the folder and those above it" },
  EPERM: {
    code: "Denied",
    says: "operation not permitted",
    hint: "Check for an immutable flag, or a file system without hard links (FAT, exFAT)",
  },
  ENOSPC: {
    code: "NoSpace",
    says: "no space left",
    hint: "Free some space (also check inodes: df -i), or make the file system larger",
  },
  EDQUOT: { code: "NoSpace", says: "the disk quota is used up", hint: "Raise the quota, or free some space" },
  EFBIG: { code: "NoSpace", says: "larger than a file may be here", hint: "Check the file size limit (ulimit -f)" },
  ENAMETOOLONG: {
    code: "Unsupported",
    says: "the path is longer than the file system allows",
    hint: "Keep the repository in a folder with a shorter path",
  },
  EXDEV: {
    code: "Unsupported",
    says: "tmp/ lies on another file system",
    hint: "Keep the whole repository on one file system",
  },
  EMLINK: { code: "Unsupported", says: "the file system allows no second name for a file" },
  ENOTSUP: {
    code: "Unsupported",
    says: "the file system cannot do this",
    hint: "A repository needs hard links and fsync",
  },
  EMFILE: { code: "Unavailable", says: "too many open files", hint: "Raise the limit of open files (ulimit -n)" },
  ENFILE: { code: "Unavailable", says: "too many open files on this machine", hint: "Raise fs.file-max" },
  ESTALE: { code: "Unavailable", says: "the server no longer knows the file", hint: "Mount the share again" },
  EIO: { code: "Unavailable", says: "input/output error", hint: "Check the disk and the system's log" },
}

/** The system's code of an error, such as `ENOENT`; `undefined` if it has none. */
export function systemCode(error: unknown): string | undefined {
  const code: unknown = error instanceof Error && "code" in error && !isStoreError(error) ? error.code : undefined
  return typeof code === "string" ? code : undefined
}

/** Whether an error says that nothing has this name. */
export function saysAbsent(error: unknown): boolean {
  const code = systemCode(error)
  return code === "ENOENT" || code === "ENOTDIR"
}

/** The `StoreError` for what a file system answered to `what`, a sentence that names the path. */
export function fileFailure(error: unknown, what: string): StoreError {
  if (isStoreError(error)) return error
  const code = systemCode(error)
  const meaning = code === undefined ? undefined : meanings[code]
  const says = meaning?.says ?? (error instanceof Error ? error.message : String(error))
  return new StoreError(meaning?.code ?? "Unavailable", `${what}: ${says}${meaning ? ` (${code})` : ""}`, {
    cause: error,
    hint: meaning?.hint,
  })
}

/** The same where the object may be there already: whatever failed, the outcome is unknown. */
export function unknownOutcome(error: unknown, what: string): StoreError {
  const failure = fileFailure(error, what)
  if (failure.code === "Unavailable") return failure
  return new StoreError("Unavailable", failure.message, { cause: error, hint: failure.hint })
}
