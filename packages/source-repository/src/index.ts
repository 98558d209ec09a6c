/** Reads the restore points of a bcopy repository as a source. */
export { repositorySource, type RepositorySourceOptions } from "./repository-source.ts"
