import type { StatementPart } from '../../domain/statement.ts'
import type { StatementParts } from '../batches.ts'
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

/** Bytes between two looks at what was found: bounds what waits in memory. */
const stepBytes = 8_192

/**
 * Reads a bank-to-customer statement (camt.053 in all versions; on demand also the report camt.052 and the
 * notification camt.054, whose heads are marked `detailsOnly`) in constant memory. Parts come in file order: the
 * file, then for each statement its head, its entries and its head again, now with all balances. What is odd but
 * readable gives a warning; an entry whose money cannot be read for certain is left out with the warning
 * `entry_unreadable`. The same bytes give the same parts however they are cut.
 * @throws ReadFailure after all parts that stand before the fault; statements that had ended are good.
 */
export async function* readCamt(
  source: AsyncIterable<Uint8Array>,
  options: CamtOptions = {},
): StatementParts {
  let found: StatementPart[] = []
  const take = (): readonly StatementPart[] => {
    const taken = found
    found = []
    return taken
  }
  const collector = createCamtCollector((part) => found.push(part), {
    formats: options.formats ?? ['camt.053'],
    limits: { ...camtLimits, ...options.limits },
    encoding: () => xml.encoding(),
  })
  const xml = createXmlReader(collector, { ...xmlLimits, ...options.xml })
  try {
    for await (const chunk of source) {
      for (let from = 0; from < chunk.length; from += stepBytes) {
        xml.write(chunk.subarray(from, from + stepBytes))
        if (found.length > 0) yield take()
      }
    }
    xml.end()
    collector.end()
  } catch (error) {
    yield take()
    throw error
  }
  yield take()
}
