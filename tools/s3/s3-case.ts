/** Something that must hold on a server; rejects if it does not. */
export interface S3Case {
  readonly name: string
  run(): Promise<void>
}
