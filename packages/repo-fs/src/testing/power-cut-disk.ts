import type { FileFacts, FileKind, FileSystem, FileToRead, FileToWrite, FolderEntry } from "../file-system.ts"

interface Node {
  readonly kind: FileKind
  readonly inode: bigint
  bytes: Uint8Array
  syncedBytes: Uint8Array | undefined
  names: Map<string, Node>
  syncedNames: Map<string, Node>
  links: number
}

/**
 * A disk in memory that forgets at a power cut whatever was not synced: the bytes of files, and the names in folders.
 * The strictest reading of POSIX; real file systems forget less. After `dieAt` steps every call fails, as for a process
 * that was killed.
 */
export class PowerCutDisk implements FileSystem {
  #inodes = 0n
  #root = this.#node("folder")
  #steps = 0
  #dieAt = Infinity
  #dieAfterEffect = false

  /** How many calls were made so far. */
  get steps(): number {
    return this.#steps
  }

  /** From the step with this number on nothing is done any more; with `afterEffect` that one still takes effect. */
  dieAt(step: number, afterEffect: boolean): void {
    this.#dieAt = step
    this.#dieAfterEffect = afterEffect
  }

  /** The process is started again, on the disk as it is. */
  revive(): void {
    this.#dieAt = Infinity
  }

  /** The power fails: what was not synced is gone. */
  cutPower(): void {
    this.revive()
    this.#forget(this.#root)
  }

  makeFile(path: string): Promise<FileToWrite> {
    return this.#step(() => {
      const node = this.#node("file")
      this.#add(path, node)
      return {
        write: (bytes) => this.#step(() => void (node.bytes = new Uint8Array([...node.bytes, ...bytes]))),
        sync: () => this.#step(() => void (node.syncedBytes = node.bytes)),
        facts: () => this.#step(() => factsOf(node)),
        close: () => this.#step(() => undefined),
      }
    })
  }

  openFile(path: string): Promise<FileToRead> {
    return this.#step(() => {
      const node = this.#find(path)
      return {
        facts: () => this.#step(() => factsOf(node)),
        read: (offset, lengthBytes) => this.#step(() => node.bytes.slice(offset, offset + lengthBytes)),
        close: () => this.#step(() => undefined),
      }
    })
  }

  syncFolder(path: string): Promise<FileFacts> {
    return this.#step(() => {
      const node = this.#find(path)
      node.syncedNames = new Map(node.names)
      return factsOf(node)
    })
  }

  link(existing: string, path: string): Promise<void> {
    return this.#step(() => this.#add(path, this.#find(existing)))
  }

  unlink(path: string): Promise<void> {
    return this.#step(() => this.#remove(path))
  }

  makeFolder(path: string): Promise<void> {
    return this.#step(() => this.#add(path, this.#node("folder")))
  }

  removeFolder(path: string): Promise<void> {
    return this.#step(() => {
      if (this.#find(path).names.size > 0) throw failure("ENOTEMPTY", path)
      this.#remove(path)
    })
  }

  facts(path: string): Promise<FileFacts> {
    return this.#step(() => factsOf(this.#find(path)))
  }

  readFolder(path: string): Promise<FolderEntry[]> {
    return this.#step(() => [...this.#find(path).names].map(([name, { kind }]) => ({ name, kind })))
  }

  async *scanFolder(path: string): AsyncIterable<FolderEntry> {
    yield* await this.readFolder(path)
  }

  space(): Promise<{ typeNumber: number; freeBytes: number }> {
    return this.#step(() => ({ typeNumber: 0, freeBytes: 1 << 30 }))
  }

  async #step<T>(effect: () => T): Promise<T> {
    const step = ++this.#steps
    if (step > this.#dieAt || (step === this.#dieAt && !this.#dieAfterEffect)) throw failure("EIO", "the process died")
    const result = effect()
    if (step === this.#dieAt) throw failure("EIO", "the process died")
    return result
  }

  #node(kind: FileKind): Node {
    const bytes = new Uint8Array(0)
    return {
      kind,
      inode: ++this.#inodes,
      bytes,
      syncedBytes: undefined,
      names: new Map(),
      syncedNames: new Map(),
      links: 0,
    }
  }

  #find(path: string): Node {
    let node = this.#root
    for (const name of path.split("/").filter((part) => part !== "" && part !== ".")) {
      if (node.kind !== "folder") throw failure("ENOTDIR", path)
      const next = node.names.get(name)
      if (next === undefined) throw failure("ENOENT", path)
      node = next
    }
    return node
  }

  #add(path: string, node: Node): void {
    const { folder, name } = this.#place(path)
    if (folder.names.has(name)) throw failure("EEXIST", path)
    folder.names.set(name, node)
    node.links += 1
  }

  #remove(path: string): void {
    const { folder, name } = this.#place(path)
    const node = this.#find(path)
    folder.names.delete(name)
    node.links -= 1
  }

  #place(path: string): { folder: Node; name: string } {
    const slash = path.lastIndexOf("/")
    const folder = this.#find(path.slice(0, slash))
    if (folder.kind !== "folder") throw failure("ENOTDIR", path)
    return { folder, name: path.slice(slash + 1) }
  }

  #forget(node: Node): void {
    node.bytes = node.syncedBytes ?? new Uint8Array(0)
    node.names = new Map(node.syncedNames)
    for (const inner of node.names.values()) this.#forget(inner)
  }
}

function factsOf({ kind, bytes, inode, links }: Node): FileFacts {
  return { kind, sizeBytes: bytes.length, modifiedAtMs: 1_736_121_600_000, names: links, device: 1n, inode, bornNs: 0n }
}

function failure(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code })
}
