/** Bytes in MiB. */
export function renderMiB(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(bytes < 100 * 2 ** 20 ? 1 : 0)} MiB`
}

export function renderSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}

export function renderPercent(share: number): string {
  return `${(share * 100).toFixed(2)} %`
}
