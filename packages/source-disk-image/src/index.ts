/** Reads raw disk images and block devices as restore points. */

export { diskImageSource, type DiskImage, type DiskImageSourceOptions } from "./disk-image-source.ts"
export { imageHeader, type ForeignFormat } from "./image-header.ts"
export { checkDiskName } from "./disk-name.ts"
