/**
 * What a folder store needs of a file system, and no more: the seam at which tests put full disks, crashes and power
 * cuts. Failures reject with an error whose `code` is the system's (`ENOENT`, `EIO` …); paths are whole.
 */
export interface FileSystem {
  /** Makes a file for writing; `EEXIST` if there is anything of that name. */
  makeFile(path: string, mode: number): Promise<FileToWrite>
  /** Opens a file for reading; does not follow a link (`ELOOP`) and does not wait for the far end of a pipe. */
  openFile(path: string): Promise<FileToRead>
  /** Makes the names in a folder durable, and tells which folder it was. */
  syncFolder(path: string): Promise<FileFacts>
  /** A second name for a file; `EEXIST` if there is anything of that name, and of many callers one succeeds. */
  link(existing: string, path: string): Promise<void>
  unlink(path: string): Promise<void>
  makeFolder(path: string, mode: number): Promise<void>
  /** Removes an empty folder. */
  removeFolder(path: string): Promise<void>
  /** Does not follow a link. */
  facts(path: string): Promise<FileFacts>
  readFolder(path: string): Promise<FolderEntry[]>
  /** As `readFolder`, but a few entries at a time. */
  scanFolder(path: string): AsyncIterable<FolderEntry>
  space(path: string): Promise<FolderSpace>
}

export interface FileToWrite {
  /** Writes all of `bytes` behind what was written before. */
  write(bytes: Uint8Array): Promise<void>
  /** Makes what was written durable. */
  sync(): Promise<void>
  facts(): Promise<FileFacts>
  close(): Promise<void>
}

export interface FileToRead {
  facts(): Promise<FileFacts>
  /** Up to `lengthBytes` bytes from `offset` on, in `into` if they fit; fewer only at the end of the file. */
  read(offset: number, lengthBytes: number, into?: Uint8Array): Promise<Uint8Array>
  close(): Promise<void>
}

export type FileKind = "file" | "folder" | "link" | "other"

export interface FileFacts {
  readonly kind: FileKind
  readonly sizeBytes: number
  readonly modifiedAtMs: number
  /** How many names the file has. */
  readonly names: number
  readonly device: bigint
  readonly inode: bigint
  /** When the file was made, in nanoseconds since 1970; 0 where the file system does not record it. */
  readonly bornNs: bigint
}

export interface FolderEntry {
  readonly name: string
  readonly kind: FileKind
}

export interface FolderSpace {
  /** The file system's number in statfs(2); means nothing outside Linux. */
  readonly typeNumber: number
  readonly freeBytes: number
}
