import type { StatementParts } from '../batches.ts'
import type { LineLimits } from '../text/lines.ts'
import { readTextParts } from '../text/text-parts.ts'
import { createNetsCollector } from './collector.ts'

/**
 * Reads files of Nets in constant memory: payments with KID (OCR giro, service 09), claims and agreements
 * (AvtaleGiro, service 21), also mixed. Each assignment gives a statement marked `detailsOnly`: what reaches the
 * account is booked elsewhere, as one line for each partial settlement (`settlement`). Trailers are held against what
 * was read; their sums are signed. Agreements give a warning only.
 * @throws ReadFailure after all parts that stand before the fault.
 */
export function readNetsOcr(
  source: AsyncIterable<Uint8Array>,
  options: { readonly lines?: Partial<LineLimits> } = {},
): StatementParts {
  return readTextParts(source, options.lines, createNetsCollector)
}
