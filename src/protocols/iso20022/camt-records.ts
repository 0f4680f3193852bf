import { ReadFailure } from '../read-failure.ts'
import type { XmlAttributes } from '../xml/attributes.ts'
import { append, at, createElementPool, newElement, type XmlElement } from '../xml/element.ts'
import { type DetailDraft, readDetail } from './camt-detail.ts'

export type CamtLimits = {
  /** Elements held at once: one record, without the details already read from it. */
  readonly elements: number
  readonly detailsPerEntry: number
  /** Characters of all texts of one entry, those of its details among them; of another record a tenth. */
  readonly characters: number
  readonly balances: number
}

/** In the first version (.01) of the messages the details stand in the entry itself. */
const detailParents: ReadonlySet<string> = new Set(['NtryDtls', 'Ntry'])

export const camtLimits: CamtLimits = {
  elements: 20_000,
  detailsPerEntry: 100_000,
  characters: 24 * 2 ** 20,
  balances: 10_000,
}

const tooLarge = (record: string, line: number): ReadFailure =>
  new ReadFailure('record_too_large', `<${record}> is larger than the limit`, line)

/** Builds one record as a small tree; each `<TxDtls>` is read and dropped as soon as it ends. */
export function createRecordBuilder(
  limits: CamtLimits,
  done: (record: XmlElement, details: readonly DetailDraft[]) => void,
) {
  /** The innermost open element, and those it stands in. */
  let top: XmlElement | undefined
  const above: XmlElement[] = []
  let details: DetailDraft[] = []
  let held = 0
  let beforeDetail = 0
  let characters = 0
  const fromPool = createElementPool()
  /** Of an entry nothing is kept but what was read from it; parts of a statement's head are kept as they are. */
  let isEntry = false
  const finish = (record: XmlElement) => {
    const found = details
    details = []
    held = 0
    characters = 0
    done(record, found)
  }
  return {
    isOpen: () => top !== undefined,
    open(name: string, attributes: XmlAttributes, line: number) {
      if (name === 'TxDtls') beforeDetail = held
      if (++held > limits.elements || details.length > limits.detailsPerEntry) {
        throw tooLarge((above[0] ?? top)?.name ?? name, line)
      }
      if (top) above.push(top)
      else isEntry = name === 'Ntry'
      top = isEntry ? fromPool(held, name, attributes, line) : newElement(name, attributes, line)
    },
    close(text: string) {
      const element = top as XmlElement
      const parent = above.pop()
      top = parent
      element.text = text
      characters += text.length
      if (characters > limits.characters / (isEntry ? 1 : 10)) {
        throw tooLarge((above[0] ?? element).name, element.line)
      }
      if (!parent) finish(element)
      else if (element.name === 'TxDtls' && detailParents.has(parent.name)) {
        details.push(readDetail(element, at(parent, 'Btch')))
        held = beforeDetail
      } else append(parent, element)
    },
  }
}
