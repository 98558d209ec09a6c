/** Brings new restore points into a repository and keeps every one of them complete. */
export {}
