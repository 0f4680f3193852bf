import { type ContainerLimits, damaged, tooLarge } from './limits.ts'

/** One file of a zip as its directory states it. */
export type ZipFile = {
  /** For people only: never a path to be opened. */
  readonly name: string
  readonly method: 'stored' | 'deflated'
  readonly crc32: number
  readonly packed: Buffer
  /** Size unpacked. */
  readonly size: number
}

const endBytes = 22
const entryBytes = 46
const localBytes = 30

/**
 * The files of a zip by its central directory (PKWARE APPNOTE 4.3). What archives of statements have no need for is
 * refused: encryption, several disks, zip64, other methods, files that share bytes. Sizes are held against the
 * limits before anything is unpacked.
 * @throws ReadFailure `archive_damaged` or `archive_too_large`.
 */
export function readZipDirectory(zip: Buffer, limits: ContainerLimits): readonly ZipFile[] {
  const end = findEnd(zip)
  const count = zip.readUInt16LE(end + 10)
  const start = zip.readUInt32LE(end + 16)
  if (zip.readUInt16LE(end + 4) !== 0) throw damaged('archives on several disks are not read')
  if (count === 0xffff || start === 0xffffffff)
    throw damaged('the archive has zip64 records, which are not read')
  if (count > limits.files) throw tooLarge(`the archive holds more than ${limits.files} files`)
  const files: ZipFile[] = []
  const places: Place[] = []
  let at = start
  for (let i = 0; i < count; i++) {
    if (at + entryBytes > end || zip.readUInt32LE(at) !== 0x02014b50) {
      throw damaged('the directory of the archive is cut off or changed')
    }
    const { file, place } = readEntry(zip, at, start, limits)
    places.push(place)
    if (isStatement(file.name)) files.push(file)
    at += entryBytes + zip.readUInt16LE(at + 28) + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32)
  }
  refuseOverlap(places)
  const total = files.reduce((sum, file) => sum + file.size, 0)
  if (total > limits.bytes) throw tooLarge(`the archive holds more than ${limits.bytes} bytes`)
  return files
}

type Place = { readonly from: number; readonly to: number }

/** The end record: the last one whose comment reaches to the end of the archive. */
function findEnd(zip: Buffer): number {
  const first = Math.max(0, zip.length - endBytes - 0xffff)
  for (let at = zip.length - endBytes; at >= first; at--) {
    if (zip.readUInt32LE(at) !== 0x06054b50) continue
    if (at + endBytes + zip.readUInt16LE(at + 20) === zip.length) return at
  }
  throw damaged('the end of the archive is missing')
}

function readEntry(zip: Buffer, at: number, directory: number, limits: ContainerLimits) {
  const flags = zip.readUInt16LE(at + 8)
  const method = zip.readUInt16LE(at + 10)
  const packedSize = zip.readUInt32LE(at + 20)
  const size = zip.readUInt32LE(at + 24)
  const local = zip.readUInt32LE(at + 42)
  const name = readName(zip.subarray(at + entryBytes, at + entryBytes + zip.readUInt16LE(at + 28)))
  if (flags & 1) throw damaged(`${name} is encrypted`)
  if (method !== 0 && method !== 8)
    throw damaged(`${name} is packed by a method that is not read (${method})`)
  if (method === 0 && packedSize !== size) throw damaged(`the sizes of ${name} contradict each other`)
  if (size > limits.freeBytes + packedSize * limits.ratio) {
    throw tooLarge(`${name} swells to more than ${limits.ratio} times its size`)
  }
  if (local + localBytes > directory || zip.readUInt32LE(local) !== 0x04034b50) {
    throw damaged(`${name} is not where the directory says`)
  }
  const from = local + localBytes + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
  const to = from + packedSize
  if (to > directory) throw damaged(`${name} is cut off`)
  const packed = zip.subarray(from, to)
  const crc32 = zip.readUInt32LE(at + 16)
  const file: ZipFile = { name, method: method === 0 ? 'stored' : 'deflated', crc32, packed, size }
  return { file, place: { from: local, to } }
}

/** A name as it may be shown: short, without control characters. */
function readName(bytes: Buffer): string {
  return (
    bytes
      .toString('utf8')
      .replace(/[\p{C}]/gu, '?')
      .slice(-100) || '(no name)'
  )
}

/** Folders, hidden files and what macOS adds beside each file are no statements. */
function isStatement(name: string): boolean {
  return !name.endsWith('/') && !/(^|\/)(\.|__MACOSX\/)/.test(name)
}

/** Bombs let many files share the same packed bytes. */
function refuseOverlap(places: Place[]): void {
  places.sort((one, other) => one.from - other.from)
  for (const [i, place] of places.entries()) {
    const next = places[i + 1]
    if (next && next.from < place.to) throw damaged('files in the archive share the same bytes')
  }
}
