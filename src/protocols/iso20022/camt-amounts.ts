import type { Money } from '../../domain/money.ts'
import type { StatedAmounts } from '../../domain/statement.ts'
import { at, textAt, type XmlElement } from '../xml/element.ts'
import { amountIfReadable } from './parts.ts'

type Exchange = NonNullable<StatedAmounts['exchange']>

/**
 * `<AmtDtls>` of an entry or a detail: what was ordered, exchanged and counted, each without a sign, and the rate
 * where one of them states it. Undefined where nothing of it can be read.
 */
export function readStatedAmounts(details: XmlElement | undefined): StatedAmounts | undefined {
  if (!details) return undefined
  const instructed = amountIfReadable(at(details, 'InstdAmt', 'Amt'))
  const transaction = amountIfReadable(at(details, 'TxAmt', 'Amt'))
  const counterValue = amountIfReadable(at(details, 'CntrValAmt', 'Amt'))
  const exchange =
    readExchange(at(details, 'CntrValAmt', 'CcyXchg')) ??
    readExchange(at(details, 'TxAmt', 'CcyXchg')) ??
    readExchange(at(details, 'InstdAmt', 'CcyXchg'))
  if (!instructed && !transaction && !counterValue && !exchange) return undefined
  return {
    ...(instructed && { instructed }),
    ...(transaction && { transaction }),
    ...(counterValue && { counterValue }),
    ...(exchange && { exchange }),
  }
}

/** `<CcyXchg>`; undefined unless source currency and rate are there. */
function readExchange(element: XmlElement | undefined): Exchange | undefined {
  const source = textAt(element, 'SrcCcy')
  const rate = textAt(element, 'XchgRate')
  if (!isCurrency(source) || !rate || !/^\d{1,18}(\.\d{1,18})?$/.test(rate)) return undefined
  const target = textAt(element, 'TrgtCcy')
  const unit = textAt(element, 'UnitCcy')
  return {
    source,
    ...(isCurrency(target) && { target }),
    ...(isCurrency(unit) && { unit }),
    rate,
  }
}

const isCurrency = (text: string | undefined): text is string => text !== undefined && /^[A-Z]{3}$/.test(text)

/** Whether they tell anything beyond the amount beside them. */
export function saysMore(stated: StatedAmounts, amount: Money | undefined): boolean {
  if (stated.exchange) return true
  return [stated.instructed, stated.transaction, stated.counterValue].some(
    (one) => one && !(amount && isSameSize(one, amount)),
  )
}

function isSameSize(one: Money, other: Money): boolean {
  return one.currency === other.currency && (one.minor === other.minor || one.minor === -other.minor)
}
