import { accessSync, constants } from "node:fs"
import { delimiter, join } from "node:path"

/**
 * Tells whether a program that a test needs can be found on PATH.
 *
 * With `CI=true` an absent program throws, naming the package to install: nothing is skipped there in silence.
 * Elsewhere the test is skipped under a name that says what it lacks:
 *
 *     test.skipIf(!requireTool("qemu-img", "qemu-utils"))("compares equal in qemu-img [needs qemu-utils]", …)
 *
 * @param name the program, `qemu-img`
 * @param debianPackage the Debian package that brings it, `qemu-utils`
 * @throws Error when the program is absent and `CI` is `true`
 */
export function requireTool(name: string, debianPackage: string): boolean {
  return requireToolIn(name, debianPackage, process.env)
}

/** {@link requireTool} for a given environment: `PATH` is searched, `CI` decides between false and a throw. */
export function requireToolIn(name: string, debianPackage: string, environment: NodeJS.ProcessEnv): boolean {
  // Some tools lie in the system folders that a plain user's PATH leaves out.
  const folders = [...(environment.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"]
  if (folders.some((folder) => folder !== "" && isExecutable(join(folder, name)))) return true
  if (environment.CI === "true")
    throw new Error(`${name} is not installed, and CI skips no test: apt-get install ${debianPackage}`)
  return false
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
