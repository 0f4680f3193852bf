import type { Tx } from '../db.ts'
import type { BatchSummary, StatementEntry } from '../domain/statement.ts'
import { type Alias, type DetailRow, fromJson, type Route, type StatedJson, toObserved } from './normal.ts'
import type { Place } from './observations.ts'

/** What a notice tells of one line on the account: a row of a camt.054, or the rows of a partial settlement (OCR giro). */
export type Notice = {
  readonly places: readonly Place[]
  readonly amountMinor: bigint
  readonly currency: string
  readonly reversal: boolean
  readonly day: string
  readonly details: readonly DetailRow[]
  readonly aliases: readonly Alias[]
  /** Message and payment information ids of the batch. */
  readonly batchIds: readonly string[]
  /** What the notice says of the batch, where it tells of one row. */
  readonly batches: StatedJson
}

type Row = Place & { readonly entry: StatementEntry }

/**
 * The notices of a source that have found no entry yet, or whose entry was taken back since. Pending rows wait until a
 * notice says that they are booked; announcements (AvtaleGiro) are no notices.
 */
export async function waitingNotices(tx: Tx, sourceId: string): Promise<Notice[]> {
  const { rows } = await tx.sql.query<Place & { row: unknown }>(
    `select o.page, o.ordinal, o.row from observation o
       left join entry_attachment a on a.source_id = o.source_id and a.page = o.page and a.ordinal = o.ordinal
       left join entry e on e.client_id = a.client_id and e.id = a.entry_id
      where o.client_id = $1 and o.source_id = $2 and o.status = 'booked' and (e.id is null or e.state = 'removed')
      order by o.page, o.ordinal`,
    [tx.clientId, sourceId],
  )
  return groupNotices(rows.map(({ page, ordinal, row }) => ({ page, ordinal, entry: fromJson(row) })))
}

/** Rows of one partial settlement stand together as one line on the account; others stand alone. Pure. */
export function groupNotices(rows: readonly Row[]): Notice[] {
  const groups = Map.groupBy(rows, ({ page, ordinal, entry }) =>
    entry.settlement === undefined
      ? `${page} ${ordinal}`
      : `${entry.bookingDate} ${entry.settlement} ${entry.amount.currency}`,
  )
  return [...groups.values()].flatMap((group) => noticeOf(group) ?? [])
}

function noticeOf(group: readonly Row[]): Notice | null {
  const observed = group.flatMap(({ entry }) => toObserved(entry) ?? [])
  const [first] = group
  const day = first?.entry.bookingDate ?? first?.entry.valueDate
  if (!first || !day) return null
  return {
    places: group.map(({ page, ordinal }) => ({ page, ordinal })),
    amountMinor: group.reduce((sum, { entry }) => sum + entry.amount.minor, 0n),
    currency: first.entry.amount.currency,
    reversal: group.length === 1 && first.entry.reversal,
    day,
    details: observed.flatMap(({ content }) => content.details),
    aliases: group.length === 1 ? observed.flatMap(({ aliases }) => aliases) : [],
    batches: (group.length === 1 && observed[0]?.content.batches) || null,
    batchIds: batchIdsOf(
      group.flatMap(({ entry }) => entry.batches ?? []),
      observed.flatMap(({ content }) => content.details),
    ),
  }
}

/**
 * Payments of an OCR file that numbers no partial settlements, day by day: banks book those of a day as one line too.
 * Other files tell of each line by itself. Pure.
 */
export function joinDays(waiting: readonly Notice[], route: Route): Notice[] {
  if (route !== 'file:nets-ocr') return []
  const alone = waiting.filter(({ places }) => places.length === 1)
  const days = Map.groupBy(alone, ({ day, currency }) => `${day} ${currency}`)
  return [...days.values()].flatMap((notices): Notice[] => {
    const [first] = notices
    if (!first || notices.length < 2) return []
    return [
      {
        ...first,
        places: notices.flatMap(({ places }) => places),
        amountMinor: notices.reduce((sum, { amountMinor }) => sum + amountMinor, 0n),
        reversal: false,
        details: notices.flatMap(({ details }) => details),
        ...{ aliases: [], batchIds: [], batches: null },
      },
    ]
  })
}

/** Ids of the batches that a line is made of, as far as they are told. */
export function batchIdsOf(batches: readonly BatchSummary[], details: readonly DetailRow[]): string[] {
  const ids = [...batches, ...details].flatMap(({ messageId, paymentInformationId }) => [
    messageId ? `message ${messageId}` : [],
    paymentInformationId ? `information ${paymentInformationId}` : [],
  ])
  return [...new Set(ids.flat())]
}
