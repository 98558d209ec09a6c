import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"

/** How the double answers next. */
export type KmsMood =
  | { readonly type: "well" }
  | { readonly type: "error"; readonly name: string; readonly message?: string; readonly status?: number }
  /** Throttles so often, then answers well. */
  | { readonly type: "throttle"; times: number }
  /** Answers so, with no regard to what was asked. */
  | { readonly type: "body"; readonly text: string; readonly status?: number }
  | { readonly type: "reset" }
  | { readonly type: "silent" }

/** A stand-in for AWS KMS: it really encrypts, bound to key and context, and can be told to be in a bad mood. */
export interface KmsDouble {
  readonly endpoint: string
  mood: KmsMood
  /** Requests so far: operation, and who signed. */
  readonly requests: { readonly operation: string; readonly authorization: string }[]
  close(): Promise<void>
}

const ARN = "arn:aws:kms:eu-central-1:111122223333:key/"

/** Keys by id, and an alias for the first. */
export async function startKmsDouble(ids: readonly string[] = ["key-1", "key-2"]): Promise<KmsDouble> {
  const keys = new Map(ids.map((id) => [`${ARN}${id}`, randomBytes(32)]))
  const arnOf = (name: string) =>
    /(?:^|:)alias\/backups$/.test(name) ? `${ARN}${ids[0]}` : name.startsWith("arn:") ? name : ARN + name
  const requests: KmsDouble["requests"] = []
  const double = { mood: { type: "well" } as KmsMood }
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => serve(request, response, body))
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return Object.assign(double, {
    endpoint,
    requests,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  })

  function serve(request: IncomingMessage, response: ServerResponse, text: string): void {
    const operation = String(request.headers["x-amz-target"]).replace("TrentService.", "")
    requests.push({ operation, authorization: request.headers.authorization ?? "" })
    const { mood } = double
    if (mood.type === "reset") return void request.socket.destroy()
    if (mood.type === "silent") return
    if (mood.type === "throttle" && mood.times-- > 0) return refuse(response, "ThrottlingException", "Rate exceeded")
    if (mood.type === "body")
      return void response.writeHead(mood.status ?? 200, { "content-type": "text/html" }).end(mood.text)
    if (mood.type === "error") return refuse(response, mood.name, mood.message, mood.status)
    if (request.headers.authorization?.startsWith("AWS4-HMAC-SHA256 Credential=") !== true)
      return refuse(response, "IncompleteSignature", "not signed")
    const { KeyId, Plaintext, CiphertextBlob, EncryptionContext = {} } = JSON.parse(text) as Record<string, string>
    const blob = Buffer.from(CiphertextBlob ?? "", "base64")
    const end = blob.indexOf(0)
    const sealedBy = blob.subarray(0, Math.max(end, 0)).toString()
    // As KMS does: without a key's name, by the key that wrapped it.
    const arn = operation === "Decrypt" && KeyId === undefined ? sealedBy : arnOf(String(KeyId))
    const key = keys.get(arn)
    if (key === undefined) return refuse(response, "NotFoundException", `Key '${arn}' does not exist`)
    const pairs = Object.entries(EncryptionContext).toSorted(([a], [b]) => (a < b ? -1 : 1))
    const context = Buffer.from(JSON.stringify(pairs))
    if (operation === "Encrypt") {
      const nonce = randomBytes(12)
      const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(context)
      const sealed = [cipher.update(Buffer.from(String(Plaintext), "base64")), cipher.final(), cipher.getAuthTag()]
      const made = Buffer.concat([Buffer.from(arn), Buffer.of(0), nonce, ...sealed]).toString("base64")
      return answer(response, { CiphertextBlob: made, KeyId: arn, EncryptionAlgorithm: "SYMMETRIC_DEFAULT" })
    }
    if (sealedBy === "") return refuse(response, "InvalidCiphertextException")
    if (sealedBy !== arn) return refuse(response, "IncorrectKeyException", "not this key")
    const decipher = createDecipheriv("aes-256-gcm", key, blob.subarray(end + 1, end + 13)).setAAD(context)
    decipher.setAuthTag(blob.subarray(-16))
    try {
      const plain = Buffer.concat([decipher.update(blob.subarray(end + 13, -16)), decipher.final()])
      return answer(response, { Plaintext: plain.toString("base64"), KeyId: arn })
    } catch {
      return refuse(response, "InvalidCiphertextException")
    }
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString("utf8")
}

function answer(response: ServerResponse, body: object): void {
  response.writeHead(200, { "content-type": "application/x-amz-json-1.1" }).end(JSON.stringify(body))
}

function refuse(response: ServerResponse, name: string, message = "", status = 400): void {
  response
    .writeHead(status, { "content-type": "application/x-amz-json-1.1" })
    .end(JSON.stringify({ __type: name, ...(message !== "" && { message }) }))
}
