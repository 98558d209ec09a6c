/** An element; one whose content is `undefined` is left out. */
export type XmlNode = readonly [name: string, content: string | number | boolean | undefined | readonly XmlNode[]]

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" }

/** A whole document. */
export function writeXml([name, content]: XmlNode, namespace?: string): string {
  const attribute = namespace === undefined ? "" : ` xmlns="${namespace}"`
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${name}${attribute}>${writeContent(content)}</${name}>`
}

function writeContent(content: XmlNode[1]): string {
  if (typeof content !== "object") return escapeXml(String(content ?? ""))
  return content
    .map(([name, inner]) => (inner === undefined ? "" : `<${name}>${writeContent(inner)}</${name}>`))
    .join("")
}

function escapeXml(text: string): string {
  // A carriage return that is not written as a number reads back as a line feed.
  return text.replaceAll(/[&<>"]/g, (found) => entities[found]!).replaceAll("\r", "&#13;")
}
