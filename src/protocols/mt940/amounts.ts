import type { Money } from '../../domain/money.ts'
import type { Charge, StatedAmounts, StatementEntry } from '../../domain/statement.ts'
import { MtUnreadable, readMtAmount } from './parts.ts'

const codes = /\/(OCMT|CHGS|EXCH)\/\s*([A-Z]{3})?\s*(\d{1,18}(?:[,.]\d{0,10})?)/g

/**
 * Amounts behind a movement as banks write them below field 61 and in field 86: `/OCMT/EUR10,00/` the amount ordered
 * or paid abroad, `/EXCH/1,0873/` the rate from its currency to the account's, `/CHGS/EUR0,50/` a fee.
 */
export function readCodedAmounts(
  lines: readonly string[],
  amount: Money,
): Pick<StatementEntry, 'amounts' | 'charges'> {
  let instructed: Money | undefined
  let rate: string | undefined
  const charges: Charge[] = []
  for (const [, code, currency, digits = ''] of lines.join('').matchAll(codes)) {
    if (code === 'EXCH') rate ??= digits.replace(',', '.').replace(/\.$/, '')
    else {
      const stated = currency ? readable(digits, currency) : undefined
      if (stated && code === 'OCMT') instructed ??= stated
      else if (stated) charges.push({ amount: { ...stated, minor: -stated.minor } })
    }
  }
  const amounts: StatedAmounts = {
    ...(instructed && { instructed }),
    ...(instructed && rate && { exchange: { source: instructed.currency, target: amount.currency, rate } }),
  }
  const size = amount.minor < 0n ? -amount.minor : amount.minor
  const same = instructed?.currency === amount.currency && instructed.minor === size && !rate
  return { ...(instructed && !same && { amounts }), ...(charges.length > 0 && { charges }) }
}

function readable(digits: string, currency: string): Money | undefined {
  try {
    return readMtAmount(digits, currency)
  } catch (error) {
    if (error instanceof MtUnreadable) return undefined
    throw error
  }
}
