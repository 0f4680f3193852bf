import { ReadFailure } from '../read-failure.ts'

export type ContainerLimits = {
  /** Bytes of the archive itself; a zip is held in memory, for its directory is at its end. */
  readonly archiveBytes: number
  /** Bytes of all files in it together. */
  readonly bytes: number
  readonly files: number
  /** Times its packed size that a file may have. Statements reach fifty; what packs better is made to. */
  readonly ratio: number
  /** Bytes that may always come out, however little went in. */
  readonly freeBytes: number
}

export const containerLimits: ContainerLimits = {
  archiveBytes: 64 * 2 ** 20,
  bytes: 2 ** 30,
  files: 1_000,
  ratio: 200,
  freeBytes: 2 ** 20,
}

/** Packed files by their first bytes (RFC 1952, 2.3.1; APPNOTE 4.3.7 and 4.3.16). */
export function packedKind(head: Uint8Array): 'gzip' | 'zip' | undefined {
  const [a, b, c, d] = head
  if (a === 0x1f && b === 0x8b) return 'gzip'
  if (a === 0x50 && b === 0x4b && ((c === 3 && d === 4) || (c === 5 && d === 6))) return 'zip'
  return undefined
}

export const damaged = (detail: string): ReadFailure => new ReadFailure('archive_damaged', detail, null)
export const tooLarge = (detail: string): ReadFailure => new ReadFailure('archive_too_large', detail, null)
