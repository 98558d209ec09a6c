import { writeFile } from "node:fs/promises"
import { CliError } from "../cli-error.ts"
import { drawPicture, escaped } from "./draw-picture.ts"
import type { RetentionPicture } from "./retention-picture.ts"

/** Where pictures are to be written. */
export interface PictureOptions {
  readonly svg?: string
  readonly html?: string
}

/** Writes the picture, once for each workload one below the other in a page; gives the files. @throws CliError `Failed` */
export async function writePictures(
  pictures: readonly RetentionPicture[],
  { svg, html }: PictureOptions,
): Promise<readonly string[]> {
  const [first] = pictures
  if (first === undefined || (svg === undefined && html === undefined)) return []
  if (svg !== undefined && pictures.length > 1)
    throw new CliError("Usage", `an SVG file holds one workload, and these are ${pictures.length}`, {
      hint: "Choose one with --workload, or write a page with --html.",
    })
  const files: string[] = []
  if (svg !== undefined) files.push(await write(svg, drawPicture(first)))
  if (html !== undefined) files.push(await write(html, page(first.title, pictures.map(drawPicture))))
  return files
}

async function write(path: string, text: string): Promise<string> {
  try {
    await writeFile(path, text)
    return path
  } catch (error) {
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
