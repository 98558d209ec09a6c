/** What this package needs of a client of the AWS SDK (v3), whichever service it is for. */
export interface AwsClient {
  readonly config: {
    region(): Promise<string | undefined>
    credentials(): Promise<unknown>
  }
  readonly middlewareStack: {
    add(
      middleware: () => (args: { readonly request: unknown }) => Promise<never>,
      options: { readonly step: "build"; readonly priority: "low"; readonly name: string },
    ): void
  }
  destroy(): void
}

/** A logger that says nothing: what the SDK would log holds requests and answers. */
export const silentLogger = { debug: ignore, info: ignore, warn: ignore, error: ignore } as const

function ignore(): void {
  // Nothing is said.
}
