import { pipeline, Readable, type Transform } from 'node:stream'
import { createGunzip, createInflateRaw, type ZlibOptions } from 'node:zlib'
import { type ContainerLimits, damaged, tooLarge } from './limits.ts'

/** Packed bytes that zlib is given and holds at once: bounds how far it runs ahead of the limits. */
const pieceBytes = 4_096
const zlibOptions: ZlibOptions & { highWaterMark: number } = { highWaterMark: pieceBytes }

/**
 * The bytes inside a gzip file (RFC 1952), as they come.
 * @throws ReadFailure `archive_damaged` where it is cut off or changed, `archive_too_large` for a bomb.
 */
export const gunzip = (source: AsyncIterable<Uint8Array>, limits: ContainerLimits) =>
  unpack(source, createGunzip(zlibOptions), limits)

/** The bytes of a deflated file in a zip. */
export const inflate = (source: AsyncIterable<Uint8Array>, limits: ContainerLimits) =>
  unpack(source, createInflateRaw(zlibOptions), limits)

async function* unpack(
  source: AsyncIterable<Uint8Array>,
  zlib: Transform,
  limits: ContainerLimits,
): AsyncGenerator<Uint8Array> {
  let packed = 0
  let unpacked = 0
  async function* pieces() {
    for await (const chunk of source) {
      for (let from = 0; from < chunk.length; from += pieceBytes) {
        const piece = chunk.subarray(from, from + pieceBytes)
        packed += piece.length
        yield piece
      }
    }
  }
  // Failures come out of the loop below; the callback keeps them from ending the process.
  pipeline(Readable.from(pieces(), { objectMode: true, highWaterMark: 1 }), zlib, () => {})
  try {
    for await (const chunk of zlib) {
      unpacked += chunk.length
      if (unpacked > limits.bytes) throw tooLarge(`more than ${limits.bytes} bytes come out of the archive`)
      if (unpacked > limits.freeBytes + packed * limits.ratio) {
        throw tooLarge(`the archive swells to more than ${limits.ratio} times its size`)
      }
      yield chunk
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')) {
      throw damaged(`the archive is cut off or changed (${error.message})`)
    }
    throw error
  }
}
