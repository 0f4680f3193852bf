import { crc32 } from 'node:zlib'
import { type ContainerLimits, damaged, tooLarge } from './limits.ts'
import { inflate } from './unpack.ts'
import { readZipDirectory, type ZipFile } from './zip-directory.ts'

/**
 * The files of a zip, one after the other. The archive is held in memory, what is in it is not.
 * @throws ReadFailure `archive_damaged` or `archive_too_large`.
 */
export async function readZip(
  source: AsyncIterable<Uint8Array>,
  limits: ContainerLimits,
): Promise<readonly { readonly name: string; open(): AsyncIterable<Uint8Array> }[]> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of source) {
    length += chunk.length
    if (length > limits.archiveBytes) {
      throw tooLarge(`the archive has more than ${limits.archiveBytes} bytes`)
    }
    chunks.push(chunk)
  }
  const files = readZipDirectory(Buffer.concat(chunks, length), limits)
  return files.map((file) => ({ name: file.name, open: () => openFile(file, limits) }))
}

async function* openFile(file: ZipFile, limits: ContainerLimits): AsyncGenerator<Uint8Array> {
  let size = 0
  let sum = 0
  for await (const chunk of bytesOf(file, limits)) {
    size += chunk.length
    if (size > file.size) throw damaged(`${file.name} is larger than the directory says`)
    sum = crc32(chunk, sum)
    yield chunk
  }
  if (size !== file.size || sum !== file.crc32) throw damaged(`${file.name} is not as it was packed`)
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

function bytesOf(file: ZipFile, limits: ContainerLimits): AsyncIterable<Uint8Array> {
  return file.method === 'stored' ? once(file.packed) : inflate(once(file.packed), limits)
}
