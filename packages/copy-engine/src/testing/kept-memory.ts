import type { RememberedRepository, RepositoryMemory } from "../repository-memory.ts"

/** A memory of one repository, as a client keeps it between runs. */
export function keptMemory(
  before?: RememberedRepository,
): RepositoryMemory & { readonly known: () => RememberedRepository | undefined } {
  let known = before
  return {
    known: () => known,
    recall: async () => known,
    remember: async (_, repository) => {
      known = repository
    },
  }
}
