import type { Tx } from '../db.ts'
import type { TransactionCursor, TransactionRow } from './read.ts'

type Asked = {
  readonly accountId: string
  readonly currency?: string
  /** Booking dates, both included. */
  readonly from?: string
  readonly to?: string
  readonly after?: TransactionCursor
  readonly limit: number
}

/** Columns of 64 bits, which come as text. */
const wide = new Set(['amount_minor', 'balance_after_minor', 'added_seq', 'change_seq'])

/**
 * Booked transactions in order of booking date and id, whole: three statements for a page of any size, where reading hundreds of
 * thousands through Prisma would take several times as long.
 */
export async function bookedTransactions(tx: Tx, asked: Asked): Promise<TransactionRow[]> {
  const { after } = asked
  // The index gives the rows in this order. Before the first statistics of a new table the planner would sort all of
  // them for every page.
  await tx.sql.query(`select set_config('enable_sort', 'off', true)`)
  const entries = await tx.sql.query<Row>(
    `select * from entry where client_id = $1 and account_id = $2 and state in ('booked', 'reversed')
        and (booking_date, id) > ($3, $4) and booking_date >= $3 and booking_date <= $5 and ($6::text is null or currency = $6)
      order by booking_date, id limit $7`,
    [
      tx.clientId,
      asked.accountId,
      after?.bookingDate ?? asked.from ?? '',
      after?.id ?? '',
      asked.to ?? '9999-12-31',
      asked.currency ?? null,
      asked.limit,
    ],
  )
  await tx.sql.query(`select set_config('enable_sort', 'on', true)`)
  const ids = entries.rows.map((row) => row.id)
  const details = await partsOf(tx, ids, 'entry_detail', 'position')
  const aliases = await partsOf(tx, ids, 'entry_alias', 'kind, value')
  const detailsOf = Map.groupBy(details, (row) => row.entry_id)
  const aliasesOf = Map.groupBy(aliases, (row) => row.entry_id)
  // The columns are those of the model under their names in the database.
  return entries.rows.map(
    (row) =>
      ({
        ...modelOf(row),
        entryDetailEntryId: (detailsOf.get(row.id) ?? []).map(modelOf),
        entryAliasEntryId: (aliasesOf.get(row.id) ?? []).filter(isBankId).map(modelOf),
      }) as unknown as TransactionRow,
  )
}

/** By which rows other routes tell an entry is remembered beside the bank's ids, and shown to nobody. */
const isBankId = ({ kind }: Row) => typeof kind === 'string' && !kind.startsWith('told:')

/** What belongs to entries, looked up for each by its index. */
async function partsOf(tx: Tx, entryIds: unknown[], table: string, order: string): Promise<Row[]> {
  const { rows } = await tx.sql.query<Row>(
    `select p.* from unnest($2::text[]) as e (id)
       cross join lateral (select * from ${table} where client_id = $1 and entry_id = e.id order by ${order}) p`,
    [tx.clientId, entryIds],
  )
  return rows
}

type Row = { readonly [column: string]: unknown }

const names = new Map<string, string>()

function modelOf(row: Row): Record<string, unknown> {
  const model: Record<string, unknown> = {}
  for (const [column, value] of Object.entries(row)) {
    model[nameOf(column)] = wide.has(column) && value !== null ? BigInt(value as string) : value
  }
  return model
}

/** `booking_date` is `bookingDate`. */
function nameOf(column: string): string {
  const known = names.get(column)
  if (known !== undefined) return known
  const name = column.replace(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase())
  names.set(column, name)
  return name
}
