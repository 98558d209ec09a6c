import { EngineError, isEngineError } from "./engine-error.ts"

/**
 * Does work that a signal may stop. Whatever it fails with once the signal has fired, the caller was the reason.
 * @throws EngineError `Interrupted`; whatever `work` throws otherwise
 */
export async function interruptible<Result>(
  signal: AbortSignal | undefined,
  message: string,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (signal?.aborted !== true || isEngineError(error)) throw error
    throw new EngineError("Interrupted", message, { cause: error })
  }
}
