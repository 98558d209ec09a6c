// A second reader of bcopy repositories in folders: written from docs/format.md alone, and with nothing of ours. It shows
// that the document is enough, and gets data out should everything else be lost. It reads, and writes nothing but its output.
//
//   BCOPY_PASSWORD=… node read-repository.mjs FOLDER list
//   BCOPY_PASSWORD=… node read-repository.mjs FOLDER restore WORKLOAD DISK OUTPUT [POINT]
//   BCOPY_PASSWORD=… node read-repository.mjs FOLDER rescue OUTPUT-FOLDER
//
// `rescue` needs no log: it puts together the newest leaf pages of each disk that it finds in map packs.
import { argon2Sync, createDecipheriv, createHash, createHmac, hkdfSync, timingSafeEqual } from "node:crypto"
import * as fs from "node:fs"
import { join } from "node:path"
import { zstdDecompressSync } from "node:zlib"

const hex = (text) => Buffer.from(text, "hex")
const sha256 = (...parts) => createHash("sha256").update(Buffer.concat(parts)).digest()
const ascii = (text) => Buffer.from(text, "ascii")
const u32 = (number) => Buffer.from(Uint32Array.of(number).buffer)
const fail = (what) => {
  throw new Error(what)
}

/** docs/format.md, Conventions: integers and varints, little-endian. */
class Reader {
  at = 0
  constructor(bytes) {
    this.bytes = bytes
  }
  take(count) {
    if (this.at + count > this.bytes.length) fail("truncated")
    this.at += count
    return this.bytes.subarray(this.at - count, this.at)
  }
  u8 = () => this.take(1)[0]
  u16 = () => this.take(2).readUInt16LE()
  u32 = () => this.take(4).readUInt32LE()
  u48 = () => this.take(6).readUIntLE(0, 6)
  varint() {
    let value = 0
    for (let shift = 1; ; shift *= 128) {
      const byte = this.u8()
      value += (byte & 127) * shift
      if (value >= 2 ** 53) fail("a varint from 2^53 on")
      if (byte < 128) return value
    }
  }
}

/** docs/format.md, Key slots and Key rings. */
function openRing(folder, birth, password) {
  const repository = hex(birth.repository)
  for (const name of fs.readdirSync(join(folder, "keys")).filter((one) => one.startsWith("password-"))) {
    const key = `keys/${name}`
    const slot = smallObject(7, key, fs.readFileSync(join(folder, key)), { suite: 0 })
    if (slot.repository !== birth.repository) continue
    const { memoryKiB, passes, lanes, salt } = slot.means.kdf
    if (memoryKiB > 2 ** 20 || passes > 64 || lanes > 16) continue
    const message = Buffer.from(password.normalize("NFC"), "utf8")
    const costs = { memory: memoryKiB, passes, parallelism: lanes, tagLength: 32 }
    const secret = argon2Sync("argon2id", { message, nonce: hex(salt), ...costs })
    const { generation, fingerprint } = slot.root
    const info = [ascii("bcopy-key-slot\0"), repository, hex(slot.id), u32(generation), hex(fingerprint)]
    const keys = Buffer.from(hkdfSync("sha256", secret, hex(slot.salt), Buffer.concat(info), 64))
    if (!timingSafeEqual(keys.subarray(32), hex(slot.commitment))) continue
    const said = [
      "password",
      `${slot.createdAtMs}`,
      slot.label ?? "",
      slot.hint ?? "",
      `${memoryKiB}`,
      `${passes}`,
      `${lanes}`,
    ]
    const parts = [...said.map((text) => Buffer.from(text, "utf8")), hex(salt)]
    const associated = Buffer.concat(parts.flatMap((part) => [u32(part.length), part]))
    const ring = JSON.parse(
      openGcm(keys.subarray(0, 32), Buffer.alloc(12), associated, hex(slot.sealed)).toString("utf8"),
    )
    const first = ring.epochs.find(({ epoch }) => epoch === birth.root.generation)
    const mark = hkdfSync("sha256", hex(first?.key ?? ""), repository, ascii("bcopy-fingerprint\0"), 32)
    if (Buffer.from(mark).toString("hex") !== birth.root.fingerprint) fail("the ring does not descend from bcopy.json")
    return ring
  }
  return fail("the password opens no key slot")
}

function openGcm(key, nonce, associated, sealed) {
  const decipher = createDecipheriv("aes-256-gcm", key, nonce).setAAD(associated)
  decipher.setAuthTag(sealed.subarray(sealed.length - 16))
  return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()])
}

/** docs/format.md, Suites: what opens the slots of an object, by the suite's part of its header or by a hint. */
function opener(means, kind, key, part) {
  if (means.suite === 0) {
    const place = Buffer.alloc(3)
    place.writeUInt8(kind)
    place.writeUInt16LE(key.length, 1)
    return (number, last, associated, sealed) => {
      const body = sealed.subarray(0, -16)
      const numbers = Buffer.alloc(7)
      numbers.writeUInt16LE(number)
      numbers.writeUInt8(last ? 1 : 0, 2)
      numbers.writeUInt32LE(associated.length, 3)
      const tag = sha256(ascii("bcopy-clear\0"), place, ascii(key), numbers, associated, body).subarray(0, 16)
      return tag.equals(sealed.subarray(-16)) ? body : fail(`${key}: slot ${number} does not have its tag`)
    }
  }
  const epoch = means.ring.epochs.find((one) => one.epoch === part.readUInt32LE(0)) ?? fail(`${key}: unknown epoch`)
  const info = [ascii("bcopy-object\0"), Buffer.of(1, kind), hex(means.repository), ascii(key)]
  const keys = Buffer.from(hkdfSync("sha256", hex(epoch.key), part.subarray(4, 36), Buffer.concat(info), 64))
  if (part.length > 36 && !timingSafeEqual(keys.subarray(32), part.subarray(36))) fail(`${key}: another key or place`)
  return (number, _last, associated, sealed) => {
    const nonce = Buffer.alloc(12)
    nonce.writeUInt32LE(number)
    return openGcm(keys.subarray(0, 32), nonce, associated, sealed)
  }
}

/** docs/format.md, Slots: the slot at the beginning of some bytes. */
function openSlot(bytes, open, packHeader) {
  const header = bytes.subarray(0, 16)
  const [number, codec, last] = [header.readUInt16LE(0), header[2], (header[3] & 1) === 1]
  const [plainBytes, storedBytes] = [header.readUInt32LE(4), header.readUInt32LE(8)]
  if (codec > 1 || plainBytes > 32 << 20 || storedBytes > plainBytes + 256) fail("a slot header that cannot be")
  const associated = last ? Buffer.concat([header, packHeader]) : header
  const body = open(number, last, associated, bytes.subarray(16, 16 + storedBytes))
  const plain = codec === 0 ? body : zstdDecompressSync(body, { maxOutputLength: Math.max(1, plainBytes) })
  if (plain.length !== plainBytes) fail("a slot of another length than it says")
  return { number, last, plain, bytes: 16 + storedBytes }
}

/** docs/format.md, Pack header. */
function openHeader(kind, key, bytes, means) {
  const head = new Reader(bytes)
  if (head.take(4).toString("ascii") !== "BCPK" || head.u8() !== 1 || head.u8() !== kind)
    fail(`${key}: no object of kind ${kind}`)
  if (head.u8() !== means.suite) fail(`${key}: another suite`)
  head.take(13)
  const length = head.u16()
  head.take(2)
  return { open: opener(means, kind, key, head.take(length)), packHeader: bytes.subarray(0, 24), at: head.at }
}

function smallObject(kind, key, bytes, means) {
  const { open, packHeader, at } = openHeader(kind, key, bytes, means)
  const { number, last, plain, bytes: length } = openSlot(bytes.subarray(at), open, packHeader)
  if (number !== 0 || !last || at + length !== bytes.length) fail(`${key}: not an object of one slot`)
  return JSON.parse(plain.toString("utf8"))
}

/** docs/format.md, Pack footer: what a map pack holds. */
function pagesOf(key, bytes, means) {
  const { open, packHeader, at } = openHeader(2, key, bytes, means)
  const footerAt = bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8)
  const footer = new Reader(openSlot(bytes.subarray(footerAt), open, packHeader).plain)
  const pages = []
  let offset = at
  for (let left = footer.u32(); left > 0; left--) {
    footer.take(16)
    const [type, level, disk, index] = [footer.u8(), footer.u8(), footer.u16(), footer.u48()]
    const slot = openSlot(bytes.subarray(offset), open)
    pages.push({ type, level, disk, index, plain: slot.plain })
    offset += slot.bytes
  }
  return pages
}

/** docs/format.md, Pages and their kinds. */
const pageBody = (plain) => new Reader(plain.subarray(14))

function leafBlocks(plain) {
  const page = pageBody(plain)
  const named = Array.from({ length: page.u8() }, () => [page.varint(), page.varint(), page.varint(), page.varint()])
  const slots = named.map(([pack, slot, offset, length]) => ({ pack, slot, offset, length }))
  const blocks = []
  for (let left = page.u8(); left > 0;) {
    const byte = page.u8()
    const count = byte < 128 ? byte + 1 : byte - 127
    const [slot, first] = byte < 128 ? [] : [slots[page.u8()], page.u8()]
    for (let at = 0; at < count; at++) blocks.push(slot && { ...slot, place: first + at })
    left -= count
  }
  for (const block of blocks) if (block !== undefined) block.id = page.take(32)
  return blocks
}

function children(plain) {
  const page = pageBody(plain)
  const bits = page.take(8)
  const pointer = () => {
    const [pack, offset, length] = [page.varint(), page.varint(), page.varint()]
    page.take(32)
    return { pack, offset, length }
  }
  return Array.from({ length: 64 }, (_, at) => ((bits[at >> 3] >> (at & 7)) & 1 ? pointer() : undefined))
}

function tablePacks(plain, index) {
  const page = pageBody(plain)
  const bits = page.u32()
  const packs = new Map()
  for (let at = 0; at < 32; at++) {
    if (((bits >>> at) & 1) === 0) continue
    const [session, number] = [page.take(16).toString("hex"), page.varint()]
    packs.set(index * 32 + at, { session, number, hint: page.take(page.u8()) })
    page.varint()
    page.varint()
    // Runs in use, then positions used more than once: two numbers each.
    for (let list = 0; list < 2; list++) for (let left = page.varint() * 2; left > 0; left--) page.varint()
    if (plain[4] & 1) page.varint()
  }
  return packs
}

/** A repository in a folder. */
class Repository {
  constructor(folder, password) {
    this.folder = folder
    const birth = JSON.parse(fs.readFileSync(join(folder, "bcopy.json"), "utf8"))
    if (birth.format !== "bcopy" || birth.version !== 1) fail("no bcopy repository of version 1")
    const isClear = birth.encryption === "none"
    const ring = isClear ? undefined : openRing(folder, birth, password ?? fail("BCOPY_PASSWORD is not set"))
    this.means = { suite: isClear ? 0 : 1, repository: birth.repository, ring }
    this.idKey = isClear ? hex(birth.idSalt) : hex(ring.idKey)
    this.cache = new Map()
  }
  read = (key) => fs.readFileSync(join(this.folder, key))
  names(prefix) {
    const path = join(this.folder, prefix)
    return fs.existsSync(path) ? fs.readdirSync(path).toSorted() : []
  }
  /** docs/format.md, Keys: the tag of an entry's name. */
  isEntry(prefix, name) {
    const [digits, tag] = name.split("-")
    if (this.means.suite === 0) return tag === undefined
    const number = Buffer.alloc(8)
    number.writeBigUInt64LE(2n ** 53n - 1n - BigInt(`0x${digits}`))
    const message = Buffer.concat([ascii("bcopy-entry\0"), number, ascii(prefix)])
    return createHmac("sha256", hex(this.means.ring.logKey)).update(message).digest("hex").slice(0, 16) === tag
  }
  /** All entries of a log that open, oldest first; those that do not are told and left out. */
  entries(prefix, kind) {
    const found = []
    for (const name of this.names(prefix)
      .filter((one) => this.isEntry(prefix, one))
      .toReversed()) {
      try {
        found.push(smallObject(kind, prefix + name, this.read(prefix + name), this.means))
      } catch (error) {
        console.error(`${prefix}${name}: ${error.message}`)
      }
    }
    return found
  }
  /** Living points of every log: folded from all entries that are there, docs/format.md, State of a log. */
  *points() {
    for (const backup of this.names("backups"))
      for (const workload of this.names(`backups/${backup}/log`)) {
        const points = new Map()
        let name = workload
        for (const entry of this.entries(`backups/${backup}/log/${workload}/`, 5)) {
          name = entry.workload.name
          const { body } = entry
          if (body.kind === "point") points.set(entry.number, { backup, ...body.manifest })
          for (const one of body.points ?? []) {
            const point = points.get(one.entry)
            if (point === undefined) continue
            if (body.kind === "removal") point.removed = true
            if (body.kind === "undo") point.removed = false
            if (body.kind === "rehomed") {
              const disks = one.tree.disks.map((disk, at) => ({ ...disk, contentRoot: point.disks[at].contentRoot }))
              points.set(one.entry, { ...point, ...one.tree, disks })
            }
          }
        }
        for (const point of points.values()) if (point.removed !== true) yield { workload: name, ...point }
      }
  }
  /** The page that a pointer names. Blocks are held against the ids that leaves give them. */
  page(point, { pack, offset, length }) {
    const { session, number, hint } = point.mapPacks.find((one) => one.pack === pack) ?? fail(`no map pack ${pack}`)
    const key = `backups/${point.backup}/packs/${session}/${number.toString(16).padStart(8, "0")}`
    const open = opener(this.means, 2, key, hex(hint))
    return openSlot(this.read(key).subarray(offset, offset + length), open).plain
  }
  *leaves(point, root, level, index, isTable) {
    if (root === undefined) return
    const plain = this.page(point, root)
    if (level === 0) return yield { index, plain }
    for (const [at, child] of children(plain).entries())
      yield* this.leaves(point, child, level - 1, index * 64 + at, isTable)
  }
  /** A block, held against its id. */
  block(backup, packs, { pack, slot, offset, length, place, id }, blockBytes) {
    const { session, number, hint } = packs.get(pack) ?? fail(`no pack ${pack} in the table`)
    const key = `backups/${backup}/packs/${session}/${number.toString(16).padStart(8, "0")}`
    const name = `${key}/${slot}`
    if (!this.cache.has(name)) {
      this.cache.clear()
      const opened = openSlot(this.read(key).subarray(offset, offset + length), opener(this.means, 1, key, hint))
      if (opened.number !== slot) fail(`${key}: slot ${opened.number} where ${slot} should be`)
      this.cache.set(name, opened.plain)
    }
    const bytes = this.cache.get(name).subarray(place * blockBytes, (place + 1) * blockBytes)
    return sha256(bytes).equals(id) ? bytes : fail(`${key}: a block is not what its id says`)
  }
}

const height = (leaves, level = 0) => (64 ** level >= leaves ? level : height(leaves, level + 1))

function writeBlocks(repository, output, { backup, blockBytes, packs, leaves, sizeBytes }) {
  const file = fs.openSync(output, "wx")
  let [written, lost, end] = [0, 0, 0]
  for (const { index, plain } of leaves) {
    for (const [at, block] of leafBlocks(plain).entries()) {
      const from = (index * 128 + at) * blockBytes
      end = Math.max(end, from + blockBytes)
      if (block === undefined) continue
      try {
        const bytes = repository.block(backup, packs, block, blockBytes)
        fs.writeSync(file, bytes, 0, Math.min(bytes.length, (sizeBytes ?? Infinity) - from), from)
        written++
      } catch (error) {
        lost++
        console.error(`block ${index * 128 + at}: ${error.message}`)
      }
    }
  }
  fs.ftruncateSync(file, sizeBytes ?? end)
  fs.closeSync(file)
  console.log(`${output}: ${written} blocks, ${lost} lost`)
  return lost
}

function restore(repository, workload, diskName, output, id = "") {
  const point = [...repository.points()].filter((one) => one.workload === workload && one.point.startsWith(id)).at(-1)
  if (point === undefined) fail(`no such point of ${workload}`)
  const disk = point.disks.find(({ name }) => name === diskName) ?? fail(`no disk ${diskName}`)
  const packs = new Map()
  const table = repository.leaves(point, point.table, height(Math.ceil(point.nextPack / 32)), 0)
  for (const { index, plain } of table) for (const [pack, record] of tablePacks(plain, index)) packs.set(pack, record)
  const { backup, blockBytes } = point
  const leaves = repository.leaves(point, disk.map, height(Math.ceil(disk.sizeBytes / blockBytes / 128)), 0)
  return writeBlocks(repository, output, { backup, blockBytes, packs, leaves, sizeBytes: disk.sizeBytes })
}

/** Sessions that name each other's packs are of one workload; of each place of a disk the newest leaf counts. */
function rescue(repository, folder) {
  fs.mkdirSync(folder, { recursive: true })
  const settings = repository.entries("log/", 3).at(-1)?.catalogue ?? []
  const blockBytes = settings.find(({ type }) => type === "blockSize")?.bytes ?? 64 << 10
  let lost = 0
  for (const backup of repository.names("backups")) {
    const [found, family] = [[], new Map()]
    const eldest = (session) => (family.has(session) ? eldest(family.get(session)) : session)
    for (const session of repository.names(`backups/${backup}/packs`))
      for (const name of repository.names(`backups/${backup}/packs/${session}`)) {
        const key = `backups/${backup}/packs/${session}/${name}`
        const bytes = repository.read(key)
        if (bytes[5] !== 2) continue
        try {
          const age = fs.statSync(join(repository.folder, key)).mtimeMs
          found.push({ session, age, pages: pagesOf(key, bytes, repository.means) })
        } catch (error) {
          console.error(`${key}: ${error.message}`)
        }
      }
    found.sort((one, other) => one.age - other.age)
    for (const { session, pages } of found)
      for (const { index, plain } of pages.filter(({ type }) => type === 3))
        for (const record of tablePacks(plain, index).values())
          if (eldest(record.session) !== eldest(session)) family.set(eldest(session), eldest(record.session))
    for (const workload of new Set(found.map(({ session }) => eldest(session)))) {
      const pages = found.filter(({ session }) => eldest(session) === workload).flatMap((one) => one.pages)
      const [packs, disks] = [new Map(), new Map()]
      for (const { type, index, plain } of pages)
        if (type === 3) for (const [pack, record] of tablePacks(plain, index)) packs.set(pack, record)
      for (const { type, disk, index, plain } of pages)
        if (type === 1) disks.set(disk, (disks.get(disk) ?? new Map()).set(index, plain))
      for (const [disk, leaves] of disks) {
        const list = [...leaves].map(([index, plain]) => ({ index, plain })).toSorted((a, b) => a.index - b.index)
        const output = join(folder, `${workload.slice(0, 8)}-disk${disk}.raw`)
        lost += writeBlocks(repository, output, { backup, blockBytes, packs, leaves: list })
      }
    }
  }
  return lost
}

const [folder, action, ...rest] = process.argv.slice(2)
const repository = new Repository(folder, process.env.BCOPY_PASSWORD)
if (action === "list")
  for (const { workload, point, disks, createdAtMs } of repository.points())
    console.log(
      `${workload} ${point} ${new Date(createdAtMs).toISOString()} ${disks.map(({ name }) => name).join(",")}`,
    )
else if (action === "restore") process.exitCode = restore(repository, ...rest) === 0 ? 0 : 1
else if (action === "rescue") process.exitCode = rescue(repository, ...rest) === 0 ? 0 : 1
else fail("list, restore WORKLOAD DISK OUTPUT [POINT], or rescue OUTPUT-FOLDER")
