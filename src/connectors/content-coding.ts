import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate, zstdDecompress } from 'node:zlib'

const unpackers = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
  zstd: promisify(zstdDecompress),
} as const

/** The body is not what its Content-Encoding says, or is packed in a way that we do not know. */
export class PackedError extends Error {}
/** There is more in it than agreed. */
export class TooLargeError extends Error {}

/**
 * The body as it was before it was packed. We ask for no packing, but a server to which nothing was said may pack all
 * the same (RFC 9110, 12.5.3). Never more than `maxBytes` are unpacked. Packed twice is refused: only a bomb is.
 * @throws PackedError, TooLargeError
 */
export async function unpacked(
  coding: string | undefined,
  body: Uint8Array,
  maxBytes: number,
): Promise<Uint8Array> {
  const name = coding?.trim().toLowerCase() ?? ''
  if (name === '' || name === 'identity' || body.length === 0) return body
  const unpack = Object.hasOwn(unpackers, name) ? unpackers[name as keyof typeof unpackers] : undefined
  if (!unpack) throw new PackedError('the answer is packed in a way that is not known')
  try {
    return await unpack(body, { maxOutputLength: maxBytes })
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new TooLargeError(`the answer unpacks to more than ${maxBytes} bytes`)
    }
    throw new PackedError('the answer could not be unpacked')
  }
}
