import { S3Error } from "./s3-error.ts"

export interface XmlElement {
  readonly name: string
  readonly text: string
  readonly children: readonly XmlElement[]
}

const token = /<\?[^>]*\?>|<!--[\s\S]*?-->|<(\/?)([\w:.-]+)([^>]*?)(\/?)>|([^<]+)/gy
const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" }

/**
 * Reads the plain XML that S3 clients send: elements and text, no CDATA.
 * @throws S3Error `MalformedXML`, also if the root has another name
 */
export function readXml(bytes: Buffer, rootName: string): XmlElement {
  const text = bytes.toString("utf8").trim()
  const open = [{ name: "", text: "", children: [] as XmlElement[] }]
  token.lastIndex = 0
  while (token.lastIndex < text.length) {
    const found = token.exec(text)
    if (found === null) throw malformed()
    const [, closes, name, , isEmpty, chars] = found
    const top = open.at(-1)!
    if (chars !== undefined) top.text += unescapeXml(chars)
    if (name === undefined) continue
    if (closes) {
      if (top.name !== name || open.length === 1) throw malformed()
      open.pop()
      continue
    }
    const element = { name, text: "", children: [] }
    top.children.push(element)
    if (!isEmpty) open.push(element)
  }
  const root = open[0]!.children[0]
  if (open.length !== 1 || root?.name !== rootName) throw malformed()
  return root
}

export function findChild(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((child) => child.name === name)
}

/** The text of a child; `undefined` if it is not there. */
export function childText(element: XmlElement | undefined, name: string): string | undefined {
  return findChild(element, name)?.text.trim()
}

export function malformed(): S3Error {
  return new S3Error(400, "MalformedXML", "The XML you provided was not well-formed or did not validate")
}

function unescapeXml(text: string): string {
  return text.replaceAll(
    /&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi,
    (whole, hex?: string, decimal?: string, name?: string) => {
      if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16))
      if (decimal !== undefined) return String.fromCodePoint(Number(decimal))
      return entities[name!] ?? whole
    },
  )
}
