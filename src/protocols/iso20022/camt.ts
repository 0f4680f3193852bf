import { gather, type StatementParts } from '../batches.ts'
import { createXmlReader, xmlLimits } from '../xml/reader.ts'
import type { XmlLimits } from '../xml/scan.ts'
import { createCamtCollector } from './camt-collector.ts'
import type { CamtFormat } from './camt-messages.ts'
import { type CamtLimits, camtLimits } from './camt-records.ts'

export type CamtOptions = {
  /** Formats to read; others are refused as `format_unsupported`. Default: camt.053 alone. */
  readonly formats?: readonly CamtFormat[]
  readonly xml?: Partial<XmlLimits>
  readonly limits?: Partial<CamtLimits>
}

const stepBytes = 8_192

/**
 * Reads a bank-to-customer statement (camt.053 in all versions; on demand also the report camt.052 and the
 * notification camt.054, whose heads are marked `detailsOnly`) in constant memory. Parts come in file order: the
 * file, then for each statement its head, its entries and its head again, now with all balances. What is odd but
 * readable gives a warning; an entry whose money cannot be read for certain is left out with the warning
 * `entry_unreadable`. The same bytes give the same parts however they are cut.
 * @throws ReadFailure after all parts that stand before the fault; statements that had ended are good.
 */
export function readCamt(source: AsyncIterable<Uint8Array>, options: CamtOptions = {}): StatementParts {
  return gather(source, (emit) => {
    const collector = createCamtCollector(emit, {
      formats: options.formats ?? ['camt.053'],
      limits: { ...camtLimits, ...options.limits },
      encoding: () => xml.encoding(),
    })
    const xml = createXmlReader(collector, { ...xmlLimits, ...options.xml })
    const end = () => {
      xml.end()
      collector.end()
    }
    return { stepBytes, write: xml.write, end }
  })
}
