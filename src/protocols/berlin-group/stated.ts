import { z } from 'zod'
import type { BatchSummary, StatedAmounts } from '../../domain/statement.ts'
import { text } from './wire.ts'

const exchangeSchema = z
  .object({
    sourceCurrency: text,
    targetCurrency: text,
    unitCurrency: text,
    exchangeRate: z.union([z.string(), z.number()]).optional().catch(undefined),
  })
  .partial()

export const statedFields = {
  currencyExchange: z
    .union([z.array(exchangeSchema), exchangeSchema])
    .nullish()
    .catch(undefined),
  batchIndicator: z.boolean().nullish().catch(undefined),
  batchNumberOfTransactions: z.int().nonnegative().nullish().catch(undefined),
}
const statedSchema = z.object(statedFields)
type Stated = z.infer<typeof statedSchema>

const isCurrency = (code: string | undefined): code is string => code !== undefined && /^[A-Z]{3}$/.test(code)

/**
 * `currencyExchange` (reportExchangeRateList): the rate at which the amount was exchanged. Some write one object for the list; of
 * several rates in a chain none is the whole one, so none is taken.
 */
export function readExchange({ currencyExchange }: Stated): StatedAmounts | undefined {
  const rates = [currencyExchange ?? []].flat()
  const [stated] = rates.length === 1 ? rates : []
  const rate = stated?.exchangeRate === undefined ? '' : String(stated.exchangeRate).trim()
  if (!stated || !isCurrency(stated.sourceCurrency) || !/^\d{1,18}(\.\d{1,18})?$/.test(rate)) return undefined
  const { sourceCurrency: source, targetCurrency: target, unitCurrency: unit } = stated
  return {
    exchange: { source, ...(isCurrency(target) && { target }), ...(isCurrency(unit) && { unit }), rate },
  }
}

/** `batchIndicator` and the number beside it. */
export function readBatch({
  batchIndicator,
  batchNumberOfTransactions: transactions,
}: Stated): readonly BatchSummary[] {
  if (batchIndicator !== true) return []
  return transactions === undefined || transactions === null ? [] : [{ transactions }]
}
