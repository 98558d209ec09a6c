import { SourceError } from "./source-error.ts"

/** Platforms whose points are images of whole machines, or files of one: what copy jobs copy. */
const imagePlatforms = [
  "vsphere",
  "cloud-director",
  "hyper-v",
  "agent-windows",
  "agent-linux",
  "agent-mac",
  "agent-aix",
  "agent-solaris",
  "proxmox",
  "ahv",
  "ec2",
  "azure",
  "gce",
  "ovirt-kvm",
  "generic",
] as const

/** Platforms whose points are configuration or indexes: stored and restored, never copied by a copy job. */
const objectPlatforms = ["rds", "vpc", "efs-index", "appliance-config"] as const

/** Every platform a workload can have; `generic` is an image nobody named a platform for. */
export const platforms = [...imagePlatforms, ...objectPlatforms] as const

/** What kind of machine or resource a workload is; decides whether its points may be copied. */
export type Platform = (typeof platforms)[number]

/**
 * Reads the name of a platform.
 * @throws SourceError `Refused`, listing the names there are
 */
export function parsePlatform(text: string): Platform {
  const found = platforms.find((platform) => platform === text)
  if (found !== undefined) return found
  throw new SourceError("Refused", `platform ${JSON.stringify(text)} is not known`, {
    hint: `Name one of ${platforms.join(", ")}.`,
  })
}

/** Whether copy jobs take points of this platform at all: only machine images are copied. */
export function isImageLevel(platform: Platform): boolean {
  return imagePlatforms.some((image) => image === platform)
}

/** Whether a point of this platform that is itself a copy may be copied once more. */
export function mayCopyAgain(platform: Platform): boolean {
  return platform === "vsphere" || platform === "cloud-director" || platform === "hyper-v" || platform === "generic"
}
