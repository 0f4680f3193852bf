import { z } from 'zod'
import { type IdKind, prefixes } from '../domain/ids.ts'
import { AmountError, formatAmount, type Money, parseMoney } from '../domain/money.ts'

// The shapes that every resource shares. Each schema describes the wire; codecs decode what comes in and encode what
// goes out, so a handler sees `bigint` and `Date`, a client decimal strings and RFC 3339.

/** An id of one kind, told by its prefix: `cmp_…`. */
export function id(kind: IdKind) {
  return z
    .string()
    .regex(new RegExp(`^${prefixes[kind]}_[0-9a-z]{26}$`))
    .describe(`Id that starts with \`${prefixes[kind]}_\`.`)
}

/** ISO 4217, alphabetic. */
export const currency = z.string().regex(/^[A-Z]{3}$/)

const isMoney = (value: unknown): value is Money =>
  typeof value === 'object' && value !== null && 'minor' in value && typeof value.minor === 'bigint'

/** `{ "amount": "1234.50", "currency": "NOK" }` outside, `{ minor: 123450n, currency }` inside. Never rounded. */
export const money = z
  .codec(
    z.object({
      amount: z
        .string()
        .regex(/^-?\d{1,18}(\.\d{1,3})?$/)
        .describe('Decimal number with a point; negative for money that goes out.'),
      currency,
    }),
    z.custom<Money>(isMoney),
    {
      decode(wire, context) {
        try {
          return parseMoney(wire.amount, wire.currency)
        } catch (error) {
          if (!(error instanceof AmountError)) throw error
          const { message } = error
          context.issues.push({ code: 'custom', input: wire.amount, path: ['amount'], message })
          return z.NEVER
        }
      },
      encode: (value) => ({ amount: formatAmount(value), currency: value.currency }),
    },
  )
  .meta({ id: 'Money', description: 'An exact amount in the decimals of its currency.' })

/** A calendar date without a time zone, `YYYY-MM-DD`. */
export const date = z.iso.date()

/** A moment in UTC: `2026-01-31T12:00:00.000Z` outside, `Date` inside. */
export const instant = z.codec(
  z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z$/)
    .meta({ format: 'date-time' }),
  z.date(),
  {
    decode(text, context) {
      const at = new Date(text)
      if (!Number.isNaN(at.getTime())) return at
      context.issues.push({ code: 'custom', input: text, message: 'There is no such moment' })
      return z.NEVER
    },
    encode: (at) => at.toISOString(),
  },
)

/** Values separated by commas in a query: `?types=a,b`. */
export function commaSeparated<Item extends z.ZodType<string, string>>(item: Item) {
  return z
    .string()
    .max(2000)
    .transform((text) => text.split(',').filter((part) => part !== ''))
    .pipe(z.array(item))
    .describe('Values separated by commas.')
}
