import { crc32, deflateRawSync } from 'node:zlib'

export type Packed = {
  readonly name: string
  readonly bytes: Uint8Array
  readonly stored?: boolean
  /** What the directory says instead of the truth. */
  readonly lie?: {
    readonly size?: number
    readonly crc32?: number
    readonly flags?: number
    readonly method?: number
  }
  /** Use the packed bytes of the file before. */
  readonly shared?: boolean
}

/** A zip of the given files, made by hand so that it can lie. */
export function zip(files: readonly Packed[], comment = ''): Buffer {
  const locals: Buffer[] = []
  const entries: Buffer[] = []
  let [offset, last] = [0, 0]
  for (const file of files) {
    const packed = file.stored ? Buffer.from(file.bytes) : deflateRawSync(file.bytes)
    const name = Buffer.from(file.name)
    if (!file.shared) {
      const local = Buffer.alloc(30)
      local.writeUInt32LE(0x04034b50, 0)
      local.writeUInt16LE(name.length, 26)
      last = offset
      locals.push(local, name, packed)
      offset += local.length + name.length + packed.length
    }
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50, 0)
    entry.writeUInt16LE(file.lie?.flags ?? 0, 8)
    entry.writeUInt16LE(file.lie?.method ?? (file.stored ? 0 : 8), 10)
    entry.writeUInt32LE(file.lie?.crc32 ?? crc32(file.bytes), 16)
    entry.writeUInt32LE(packed.length, 20)
    entry.writeUInt32LE(file.lie?.size ?? file.bytes.length, 24)
    entry.writeUInt16LE(name.length, 28)
    entry.writeUInt32LE(last, 42)
    entries.push(entry, name)
  }
  const directory = Buffer.concat(entries)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(files.length, 8)
  end.writeUInt16LE(files.length, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(offset, 16)
  end.writeUInt16LE(Buffer.byteLength(comment), 20)
  return Buffer.concat([...locals, directory, end, Buffer.from(comment)])
}
