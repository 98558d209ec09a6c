import { writeFile } from "node:fs/promises"
import { resolve } from "node:path"
import { CliError } from "../cli-error.ts"
import { enclosingRepository } from "../enclosing-repository.ts"
import { printable } from "../paint.ts"
import { drawPicture, escaped } from "./draw-picture.ts"
import type { RetentionPicture } from "./retention-picture.ts"

/** Where pictures are to be written. */
export interface PictureOptions {
  readonly svg?: string
  readonly html?: string
  /** Whether files that are there may be replaced. */
  readonly yes?: boolean
  readonly dryRun?: boolean
}

/**
 * Writes the pictures: one of a workload as SVG, all of them in a page. Gives the files. Nothing is replaced unless that is
 * confirmed, and nothing is written into a repository. @throws CliError `Usage`, `Refused`
 */
export async function writePictures(
  pictures: readonly RetentionPicture[],
  { svg, html, yes = false, dryRun = false }: PictureOptions,
): Promise<readonly string[]> {
  const [first] = pictures
  if (first === undefined || (svg === undefined && html === undefined)) return []
  if (svg !== undefined && pictures.length > 1)
    throw new CliError("Usage", `an SVG file holds one workload, and these are ${pictures.length}`, {
      hint: "Choose one with --workload, or write a page with --html.",
    })
  if (svg !== undefined && html !== undefined && resolve(svg) === resolve(html))
    throw new CliError("Usage", `--svg and --html are both ${svg}`)
  const files = [
    ...(svg === undefined ? [] : [{ path: svg, text: () => drawPicture(first) }]),
    ...(html === undefined ? [] : [{ path: html, text: () => page(first.title, pictures.map(drawPicture)) }]),
  ]
  for (const { path } of files) {
    const repository = await enclosingRepository(path)
    if (repository !== undefined)
      throw new CliError("Refused", `${path} lies in a repository, ${repository}`, {
        hint: "Choose a place outside of it.",
      })
  }
  if (!dryRun) for (const { path, text } of files) await write(path, text(), yes)
  return files.map(({ path }) => path)
}

/** What is said of the files. */
export function renderFiles(files: readonly string[], { dryRun = false }: PictureOptions): readonly string[] {
  return files.map((file) => `picture${dryRun ? ", not written" : ""}: ${printable(file)}`)
}

async function write(path: string, text: string, replace: boolean): Promise<void> {
  try {
    await writeFile(path, text, { flag: replace ? "w" : "wx" })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST")
      throw new CliError("Refused", `${path} is there already`, {
        hint: "Choose another name, or replace it with --yes.",
      })
    throw new CliError("Usage", `${path} cannot be written: ${(error as Error).message}`, { cause: error })
  }
}

function page(title: string, svgs: readonly string[]): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title>
<style>body{margin:24px;background:#f1f5f9}svg{display:block;margin:0 auto 24px;border-radius:8px;box-shadow:0 1px 3px #0002}</style></head>
<body>
${svgs.join("\n")}</body></html>
`
}
