import type { Prisma, Tx } from '../db.ts'

/** A booked payment as matching sees it: a detail, or the entry itself where the bank gave none. */
export type Movement = {
  readonly entryId: string
  readonly detailId: string | null
  /** Signed: credits are positive. */
  readonly amountMinor: bigint
  readonly currency: string
  readonly bookingDate: string
  readonly kid: string | null
  readonly endToEndId: string | null
}

export type MatchMade = {
  readonly movement: Movement
  readonly openItemId: string | null
  readonly paymentId: string | null
  readonly amountMinor: bigint
  /** `kid`, `end_to_end_id`: what proved it. */
  readonly rule: string
  readonly explanation: Prisma.InputJsonObject
}

/** As many as one transaction takes; the job comes again for the rest. */
export const BATCH = 500

/**
 * Booked movements of an account that no match has used yet and that carry the KID of an open item or the end-to-end
 * id of a payment, oldest first. A detail's amount has no sign: it takes the entry's. One without an amount, or with
 * one in another currency than the account's, stands for the whole entry where it is alone; of several, none is guessed.
 */
export async function unmatchedMovements(tx: Tx, accountId: string): Promise<Movement[]> {
  const { rows } = await tx.sql.query<{
    entry_id: string
    detail_id: string | null
    amount: string
    currency: string
    booking_date: string
    kid: string | null
    end_to_end_id: string | null
  }>(
    `select e.id as entry_id, d.id as detail_id, e.currency, e.booking_date,
            case when d.amount_minor is null or d.currency <> e.currency then e.amount_minor
                 else sign(e.amount_minor) * abs(d.amount_minor) end::bigint::text as amount,
            coalesce(d.kid, e.kid) as kid, coalesce(d.end_to_end_id, e.end_to_end_id) as end_to_end_id
       from entry e left join entry_detail d on d.client_id = e.client_id and d.entry_id = e.id
      where e.client_id = $1 and e.account_id = $2 and e.state = 'booked'
        and ((d.amount_minor is not null and coalesce(d.currency, e.currency) = e.currency)
             or not exists (select 1 from entry_detail o where o.client_id = d.client_id
                               and o.entry_id = d.entry_id and o.id <> d.id))
        and not exists (select 1 from match m where m.client_id = e.client_id and m.entry_id = e.id
                           and m.detail_id is not distinct from d.id and m.undone_at is null)
        and (exists (select 1 from open_item i where i.client_id = e.client_id and i.company_id = e.company_id
                        and i.kid = coalesce(d.kid, e.kid) and i.remaining_minor > 0 and i.currency = e.currency
                        and (i.direction = 'receivable') = (e.amount_minor > 0))
             or exists (select 1 from payment p where p.client_id = e.client_id and p.account_id = e.account_id
                        and p.end_to_end_id = coalesce(d.end_to_end_id, e.end_to_end_id)
                        and p.settled_entry_id is null))
      order by e.booking_date, e.id, d.position limit ${BATCH}`,
    [tx.clientId, accountId],
  )
  return rows.map((row) => ({
    entryId: row.entry_id,
    detailId: row.detail_id,
    amountMinor: BigInt(row.amount),
    currency: row.currency,
    bookingDate: row.booking_date,
    kid: row.kid,
    endToEndId: row.end_to_end_id,
  }))
}
