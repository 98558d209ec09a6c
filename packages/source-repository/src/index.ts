/** Reads the restore points of a bcopy repository, so that they can be copied into another. */
export {}
