// A bank's ledger as a model: movements, and how each route and format tells them.
import type { StatementEntry } from '../../src/domain/statement.ts'

export type Movement = {
  readonly key: number
  readonly day: string
  readonly minor: bigint
  readonly payee: string
  readonly kid?: string
  /** Announced, not booked yet. */
  readonly pending?: boolean
  /** The bank has written more behind its words. */
  readonly enriched?: boolean
}

export type Voice = 'bank:main' | 'bank:second' | 'file:camt' | 'file:mt'
/** How a bank numbers its rows: not at all, for good, anew at each read, or by their place in the answer. */
export type Ids = 'none' | 'permanent' | 'anew' | 'numbered'

const dayMonth = (day: string) => `${day.slice(8)}.${day.slice(5, 7)}`

const texts: Record<Voice, (one: Movement) => string> = {
  'bank:main': ({ day, payee, pending, enriched }) =>
    pending ? payee : enriched ? `${payee} Oslo kort 1234` : `${dayMonth(day)} ${payee}`,
  'bank:second': ({ payee }) => `Til: ${payee.toUpperCase()}`,
  'file:camt': ({ payee }) => payee.toUpperCase(),
  'file:mt': ({ payee }) => `NETTGIRO ${payee.slice(0, 4)}`,
}

/** One movement in the words of one route. */
export function tell(voice: Voice, one: Movement, id: string): StatementEntry {
  const amount = { minor: one.minor, currency: 'NOK' }
  const dates = one.pending ? {} : { bookingDate: one.day, valueDate: one.day }
  const kid = one.kid !== undefined && voice !== 'file:mt' ? { kid: one.kid } : {}
  const name = voice === 'file:camt' ? { [one.minor > 0n ? 'debtor' : 'creditor']: { name: one.payee } } : {}
  return {
    status: one.pending ? 'pending' : 'booked',
    amount,
    ...dates,
    reversal: false,
    bankIds: id ? { [voice.startsWith('file') ? 'servicerReference' : 'transactionId']: id } : {},
    text: texts[voice](one),
    details: [{ amount, references: kid, ...name }],
  }
}

export function idOf(ids: Ids, one: Movement, read: number, place: number): string {
  return { none: '', permanent: `k${one.key}`, anew: `${read}-${one.key}`, numbered: `n${place}` }[ids]
}

/** What no source may lose or double. With the KID where no read missed a row: what another one was taken to say stays. */
export const bookedFacts = (
  one: { day: string | null; minor: bigint; kid?: string | null },
  withKid: boolean,
) => `${one.day} ${one.minor} ${withKid ? (one.kid ?? '') : ''}`
