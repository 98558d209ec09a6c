import type { Command } from "commander"
import { countArgument, pathArgument } from "./shared-options.ts"

/** Options that say how a repository is opened, should it be encrypted. */
export interface KeyOptions {
  readonly passwordFile?: string
  readonly passwordCommand?: string
  /** Number of an open file descriptor. */
  readonly passwordFd?: number
  readonly recoveryKit?: string
  /** 64 hex digits. */
  readonly fingerprint?: string
}

/** The same for the repository that is copied from. */
export interface FromKeyOptions {
  readonly fromPasswordFile?: string
  readonly fromPasswordCommand?: string
  readonly fromPasswordFd?: number
  readonly fromRecoveryKit?: string
}

/** The options that open an encrypted repository. */
export function addKeyOptions(command: Command): void {
  addPasswordOptions(command)
  command
    .option("--recovery-kit <file>", "recovery kit that opens the repository", pathArgument)
    .option("--fingerprint <hex>", "root that the repository is known to have, where its key alone does not prove it")
}

/** The options that give its password. */
export function addPasswordOptions(command: Command): void {
  command
    .option("--password-file <file>", "file whose first line is the password (or BCOPY_PASSWORD)", pathArgument)
    .option("--password-command <command>", "command that prints the password")
    .option("--password-fd <number>", "open file descriptor to read the password from", countArgument)
}

/** The options that open the repository that is copied from. */
export function addFromKeyOptions(command: Command): void {
  command
    .option("--from-password-file <file>", "the same for the source (or BCOPY_FROM_PASSWORD)", pathArgument)
    .option("--from-password-command <command>", "command that prints the source's password")
    .option("--from-password-fd <number>", "open file descriptor to read the source's password from", countArgument)
    .option("--from-recovery-kit <file>", "recovery kit that opens the source", pathArgument)
}
