import type { Tx } from '../db.ts'
import type { AnchorRange } from './anchors.ts'
import { insertRows } from './bulk.ts'
import type { DayProof, Proof } from './proof.ts'

/** A day as it was last judged. */
export type DayRow = {
  date: string
  proof: Proof
  openingMinor: bigint | null
  closingMinor: bigint | null
  sumMinor: bigint
  entries: number
  differenceMinor: bigint | null
  cause: string | null
  spanFrom: string | null
  reopenedAt: Date | null
}

export async function loadDays(tx: Tx, range: AnchorRange): Promise<Map<string, DayRow>> {
  // Ten years of days: Prisma takes many times as long for them.
  const { rows } = await tx.sql.query<StoredDay>(
    `select date, proof, opening_minor as opening, closing_minor as closing, sum_minor as sum, entries,
        difference_minor as difference, cause, span_from as "spanFrom", reopened_at as "reopenedAt" from account_day
      where client_id = $1 and account_id = $2 and currency = $3 and date >= $4 order by date`,
    [tx.clientId, range.accountId, range.currency, range.from],
  )
  return new Map(rows.map((row) => [row.date, dayOf(row)]))
}

type StoredDay = Pick<DayRow, 'date' | 'proof' | 'entries' | 'cause' | 'spanFrom' | 'reopenedAt'> & {
  opening: string | null
  closing: string | null
  sum: string
  difference: string | null
}

const dayOf = ({ opening, closing, sum, difference, ...row }: StoredDay): DayRow => ({
  ...row,
  openingMinor: minorOf(opening),
  closingMinor: minorOf(closing),
  sumMinor: BigInt(sum),
  differenceMinor: minorOf(difference),
})
const minorOf = (text: string | null) => (text === null ? null : BigInt(text))

const dayColumns = [
  ['client_id', 'text'],
  ['company_id', 'text'],
  ['account_id', 'text'],
  ['date', 'text'],
  ['currency', 'text'],
  ['proof', 'text'],
  ['opening_minor', 'int8'],
  ['closing_minor', 'int8'],
  ['sum_minor', 'int8'],
  ['entries', 'int4'],
  ['difference_minor', 'int8'],
  ['cause', 'text'],
  ['span_from', 'text'],
  ['reopened_at', 'timestamptz'],
  ['updated_at', 'timestamptz'],
] as const

/** Writes the days whose judgement is another than before. */
export async function writeDays(
  tx: Tx,
  account: { readonly id: string; readonly companyId: string },
  currency: string,
  judged: readonly DayProof[],
  known: ReadonlyMap<string, DayRow>,
  reopenedAt: ReadonlyMap<string, Date | null>,
): Promise<void> {
  const rows = judged.flatMap((day) => {
    const reopened = reopenedAt.get(day.date) ?? null
    if (isWritten(day, reopened, known.get(day.date))) return []
    return [
      [
        tx.clientId,
        account.companyId,
        account.id,
        day.date,
        currency,
        day.proof,
        day.openingMinor,
        day.closingMinor,
        day.sumMinor,
        day.entries,
        day.differenceMinor,
        day.cause,
        day.spanFrom,
        reopened,
        tx.now,
      ],
    ]
  })
  const changing = dayColumns.slice(5).map(([name]) => `${name} = excluded.${name}`)
  const replace = `on conflict (client_id, account_id, date, currency) do update set ${changing.join(', ')}`
  await insertRows(tx.sql, 'account_day', dayColumns, rows, replace)
}

function isWritten(day: DayProof, reopened: Date | null, row: DayRow | undefined): boolean {
  if (!row || reopened?.getTime() !== row.reopenedAt?.getTime()) return false
  return (Object.keys(day) as (keyof DayProof)[]).every((key) => day[key] === row[key])
}
