/** statfs(2), and linux/magic.h */
const names: ReadonlyMap<number, string> = new Map([
  [0xef53, "ext4"],
  [0x58465342, "xfs"],
  [0x9123683e, "btrfs"],
  [0x2fc12fc1, "zfs"],
  [0xf2f52010, "f2fs"],
  [0x3434, "nilfs2"],
  [0xca451a4e, "bcachefs"],
  [0x01021994, "tmpfs"],
  [0x858458f6, "ramfs"],
  [0x794c7630, "overlay"],
  [0x6969, "nfs"],
  [0xff534d42, "cifs"],
  [0xfe534d42, "smb2"],
  [0x517b, "smb"],
  [0x00c36400, "ceph"],
  [0x01021997, "9p"],
  [0x65735546, "fuse"],
  [0x4d44, "vfat"],
  [0x2011bab0, "exfat"],
  [0x7366746e, "ntfs3"],
  [0x5346544e, "ntfs"],
])

/** What Linux calls the file system with this number; `unknown` for others and on other systems. */
export function fileSystemName(typeNumber: number, platform: string = process.platform): string {
  // Some kernels give the number with its sign.
  return (platform === "linux" ? names.get(typeNumber >>> 0) : undefined) ?? "unknown"
}
