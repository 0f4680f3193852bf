import type { Tx } from '../db.ts'

/** What one company used in one month. */
export type Usage = {
  readonly companyId: string
  /** Calendar date in Norway from which booked transactions are metered; null while it is not activated. */
  readonly activatedOn: string | null
  readonly entries: number
  readonly takenBack: number
  readonly free: number
}

type Query = {
  /** `YYYY-MM`, a month in Norway. */
  readonly month: string
  readonly companyId?: string
  readonly limit: number
  readonly afterCompany?: string
}

/**
 * Counts transactions by the month in which they became booked (`entry.booked_at`), or were taken back
 * (`entry.removed_at`), in Norway. Metered is what has a booking date from the company's activation on; all else is
 * free: earlier bookings, and what was taken over from elsewhere. A row that somebody ruled to be the same as another
 * one is no transaction. Nothing but the rows is asked, so an earlier month can be counted again (docs/usage.md).
 * Companies in order of their ids; one more than `limit` where there are more.
 */
export async function readUsage(tx: Tx, query: Query): Promise<Usage[]> {
  const { rows } = await tx.sql.query<Usage>(
    `with month as (
       select ($2 || '-01')::timestamp at time zone 'Europe/Oslo' as first,
              (($2 || '-01')::timestamp + interval '1 month') at time zone 'Europe/Oslo' as next
     ), asked as (
       select id, to_char(activated_at at time zone 'Europe/Oslo', 'YYYY-MM-DD') as activated_on from company
        where client_id = $1 and ($3::text is null or id = $3) and ($4::text is null or id > $4)
        order by id limit $5
     ), counted as (
       select a.id, e.booked_at >= m.first and e.booked_at < m.next as booked,
              e.removed_at >= m.first and e.removed_at < m.next as removed,
              not e.taken_over and coalesce(e.booking_date >= a.activated_on, false) as metered
         from asked a cross join month m
         join entry e on e.client_id = $1 and e.company_id = a.id and e.booked_at is not null
          and ((e.booked_at >= m.first and e.booked_at < m.next) or (e.removed_at >= m.first and e.removed_at < m.next))
          and not exists (select from entry_ruling r where r.client_id = $1 and r.account_id = e.account_id
                and r.other_id = e.id and r.kind = 'same' and r.undone_at is null)
     )
     select a.id as "companyId", a.activated_on as "activatedOn",
            (count(*) filter (where c.booked and c.metered))::int4 as entries,
            (count(*) filter (where c.removed and c.metered))::int4 as "takenBack",
            (count(*) filter (where c.booked and not c.metered))::int4 as free
       from asked a left join counted c on c.id = a.id group by a.id, a.activated_on order by a.id`,
    [tx.clientId, query.month, query.companyId ?? null, query.afterCompany ?? null, query.limit + 1],
  )
  return rows
}
