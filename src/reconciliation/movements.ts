import type { Prisma, Tx } from '../db.ts'
import { settleable } from '../payments/evidence.ts'

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

type Row = {
  entry_id: string
  detail_id: string | null
  amount: string
  currency: string
  booking_date: string
  kid: string | null
  end_to_end_id: string | null
}

/**
 * The movements inside booked entries. A detail's amount has no sign: it takes the entry's. One without an amount, or
 * with one in another currency than the account's, stands for the whole entry where it is alone; of several, none is
 * guessed. `$1` is the client.
 */
const movement = `
  select e.id as entry_id, d.id as detail_id, e.account_id, e.company_id, e.currency, e.booking_date, d.position,
         (case when d.amount_minor is null or d.currency <> e.currency then e.amount_minor
               else sign(e.amount_minor) * abs(d.amount_minor) end)::bigint as amount,
         coalesce(d.kid, e.kid) as kid, coalesce(d.end_to_end_id, e.end_to_end_id) as end_to_end_id
    from entry e left join entry_detail d on d.client_id = e.client_id and d.entry_id = e.id
   where e.client_id = $1 and e.state = 'booked'
     and ((d.amount_minor is not null and coalesce(d.currency, e.currency) = e.currency)
          or not exists (select 1 from entry_detail o where o.client_id = d.client_id
                            and o.entry_id = d.entry_id and o.id <> d.id))`

/** What can be matched: an open item that a KID names, a payment that was approved and not settled. */
const liveItem = `i.client_id = $1 and i.company_id = $3 and i.state in ('open', 'partially_settled')
     and i.remaining_minor > 0`
const livePayment = `p.client_id = $1 and p.account_id = $2 and p.settled_entry_id is null and p.state = any ($4::text[])`

/** Entries that carry one of the references looked for: found by these, not by reading the account's history. */
const named = `
  select e.id from open_item i join entry e on e.client_id = i.client_id and e.account_id = $2 and e.kid = i.kid
   where ${liveItem}
  union select d.entry_id from open_item i
    join entry_detail d on d.client_id = i.client_id and d.company_id = i.company_id and d.kid = i.kid where ${liveItem}
  union select e.id from payment p
    join entry e on e.client_id = p.client_id and e.account_id = p.account_id and e.end_to_end_id = p.end_to_end_id
   where ${livePayment}
  union select d.entry_id from payment p
    join entry_detail d on d.client_id = p.client_id and d.company_id = p.company_id
     and d.end_to_end_id = p.end_to_end_id where ${livePayment}`

/** Is no item open, no payment under way and no match of a changed entry left? Then nothing of the account can be matched. */
export async function hasNothingToMatch(
  tx: Tx,
  { id, companyId }: { readonly id: string; readonly companyId: string },
): Promise<boolean> {
  const { rows } = await tx.sql.query<{ nothing: boolean }>(
    `select not exists (select from open_item i where ${liveItem} and i.kid is not null)
        and not exists (select from payment p where ${livePayment})
        and not exists (select from match m join entry e on e.client_id = m.client_id and e.id = m.entry_id
                         where m.client_id = $1 and m.company_id = $3 and m.undone_at is null and e.account_id = $2 and e.revision > 0
                           and (e.state <> 'booked' or e.updated_at >= m.created_at)) as nothing`,
    [tx.clientId, id, companyId, settleable],
  )
  return rows[0]?.nothing === true
}

/**
 * Booked movements of an account that no match has used yet and that will find one now: the conditions are those of
 * matching itself, so that none stands in the way of another. Oldest first.
 */
export async function unmatchedMovements(
  tx: Tx,
  { id, companyId }: { readonly id: string; readonly companyId: string },
): Promise<Movement[]> {
  const { rows } = await tx.sql.query<Row>(
    `select m.entry_id, m.detail_id, m.currency, m.booking_date, m.amount::text as amount, m.kid, m.end_to_end_id
       from (${movement} and e.account_id = $2 and e.id in (${named})) m
      where not exists (select 1 from match u where u.client_id = $1 and u.entry_id = m.entry_id
                           and u.detail_id is not distinct from m.detail_id and u.undone_at is null)
        and (exists (select 1 from open_item i where ${liveItem} and i.kid = m.kid and i.currency = m.currency
                        and m.amount <> 0 and (i.direction = 'receivable') = (m.amount > 0))
             or exists (select 1 from payment p where ${livePayment} and p.end_to_end_id = m.end_to_end_id
                        and p.amount_minor = -m.amount and p.currency = m.currency))
      order by m.booking_date, m.entry_id, m.position limit ${BATCH}`,
    [tx.clientId, id, companyId, settleable],
  )
  return rows.map(toMovement)
}

/** The movements of some entries as they are now; none of an entry that is not booked any more. */
export async function movementsOf(tx: Tx, entryIds: readonly string[]): Promise<Movement[]> {
  const { rows } = await tx.sql.query<Row>(
    `select m.entry_id, m.detail_id, m.currency, m.booking_date, m.amount::text as amount, m.kid, m.end_to_end_id
       from (${movement} and e.id = any ($2::text[])) m order by m.entry_id, m.position`,
    [tx.clientId, entryIds],
  )
  return rows.map(toMovement)
}

const toMovement = (row: Row): Movement => ({
  entryId: row.entry_id,
  detailId: row.detail_id,
  amountMinor: BigInt(row.amount),
  currency: row.currency,
  bookingDate: row.booking_date,
  kid: row.kid,
  endToEndId: row.end_to_end_id,
})
