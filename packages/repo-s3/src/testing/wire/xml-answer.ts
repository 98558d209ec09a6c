import type { S3Answer } from "./s3-request.ts"
import { writeXml, type XmlNode } from "./write-xml.ts"

const NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"

/** An answer of 200 with a document. */
export function xmlAnswer(document: XmlNode, headers: S3Answer["headers"] = {}): S3Answer {
  return {
    status: 200,
    headers: { "Content-Type": "application/xml", ...headers },
    body: Buffer.from(writeXml(document, NAMESPACE)),
  }
}
