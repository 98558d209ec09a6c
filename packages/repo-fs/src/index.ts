/** Keeps a repository in a folder. */

export { folderStore, type FolderStoreOptions } from "./folder-store.ts"
export { prepareFolder } from "./prepare-folder.ts"
export { sweepTemporary } from "./sweep-temporary.ts"
export {
  folderPassport,
  type FolderPassport,
  type FolderPassportOptions,
  type FolderProperty,
  requireFit,
} from "./folder-passport.ts"
