/** Resolves when whatever was waiting for this thread has had its turn: for work that would hold it up for long. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve))
}
