import { constants, open } from "node:fs/promises"

/** Sizes and positions of direct writes are multiples of it: of the largest sector there is, and of a page of memory. */
const ALIGNMENT_BYTES = 4096

/** What a system says that does not write past its cache here, or not from this memory. */
const REFUSALS = new Set(["EINVAL", "ENOTSUP", "EOPNOTSUPP"])

/**
 * A file, or a block device, that is written past the system's cache: a disk that is restored would push everything else
 * out of it, and takes the processor for being copied there and once more for being taken out.
 */
export interface DirectFile {
  /**
   * Writes as much of it as can be written so; gives how many bytes, which may be none. Memory must begin at a page
   * ({@link pageMemory}), or the system refuses; then, as for any other refusal, no more is tried.
   */
  write(bytes: Uint8Array, position: number): Promise<number>
  close(): Promise<void>
}

/** Opens what is there already; where the system does not write so, nothing is ever written. */
export async function openDirectFile(path: string): Promise<DirectFile> {
  // Systems that do not know the flag do not name it.
  const flag = (constants as Partial<typeof constants>).O_DIRECT
  let handle = flag === undefined ? undefined : await open(path, constants.O_WRONLY | flag).catch(() => undefined)
  const close = async () => {
    const opened = handle
    handle = undefined
    await opened?.close()
  }
  return {
    close,
    async write(bytes, position) {
      const whole = bytes.length - (bytes.length % ALIGNMENT_BYTES)
      if (handle === undefined || whole === 0 || position % ALIGNMENT_BYTES !== 0) return 0
      try {
        const { bytesWritten } = await handle.write(bytes, 0, whole, position)
        return bytesWritten
      } catch (error) {
        if (!REFUSALS.has((error as NodeJS.ErrnoException).code ?? "")) throw error
        await close()
        return 0
      }
    },
  }
}

/** Shared memory that begins at a page: such that could grow is taken from the system by pages. */
export function pageMemory(bytes: number): Uint8Array {
  return new Uint8Array(new SharedArrayBuffer(bytes, { maxByteLength: bytes }), 0, bytes)
}
