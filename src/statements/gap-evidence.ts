import type { Tx } from '../db.ts'
import { addDays, osloDate } from '../domain/clock.ts'
import { wholeRead } from './coverage.ts'
import { type Evidence, movesByDays, type Named, nameCause, type Suspect } from './gap-causes.ts'
import type { Gap } from './proof.ts'
import { missingStatements } from './sequence-holes.ts'

type Account = { readonly id: string; readonly companyId: string }
/** Reads with unreadable rows that are looked at, newest first: they read the same days over and over. */
const readsSeen = 50

/** Looks for what may have caused each gap, in one query of each kind for all of them. */
export async function nameCauses(
  tx: Tx,
  account: Account,
  currency: string,
  gaps: readonly Gap[],
): Promise<Named[]> {
  if (gaps.length === 0) return []
  const suspects = await loadSuspects(tx, account, currency, gaps)
  const unreadable = await loadUnreadable(tx, account.id)
  const missing = await missingStatements(tx, account.id)
  return gaps.map((gap, i) => nameCause(gap, { suspects: suspects.get(i) ?? [], unreadable, missing }))
}

type SuspectRow = {
  n: number
  id: string
  state: string
  booked_at: Date | null
  booking_date: string | null
  amount_minor: string
  first_seen_at: Date
  removed_at: Date | null
  words: string[]
}

const told = `e.id, e.state, e.booked_at, e.booking_date, e.amount_minor, e.first_seen_at, e.removed_at,
   array_remove(array[e.kid, e.end_to_end_id, e.counterparty_account, e.text], null) as words`

/** Booked rows of the opposite amount near the days of each gap, and pending and removed ones of its amount. */
async function loadSuspects(
  tx: Tx,
  account: Account,
  currency: string,
  gaps: readonly Gap[],
): Promise<Map<number, Suspect[]>> {
  const { rows } = await tx.sql.query<SuspectRow>(
    `with g as (
       select (ordinality - 1)::int4 as n, f, t, minor
         from unnest($4::text[], $5::text[], $6::int8[]) with ordinality as u (f, t, minor, ordinality)
     )
     select g.n, ${told} from g join entry e
         on e.client_id = $1 and e.account_id = $2 and e.booking_date between g.f and g.t
      where e.currency = $3 and e.amount_minor = -g.minor and e.state in ('booked', 'reversed')
     union all
     select g.n, ${told} from g join entry e
         on e.client_id = $1 and e.account_id = $2 and e.booking_date between g.f and g.t
      where e.currency = $3 and e.amount_minor = g.minor and e.state = 'pending'
     union all
     select g.n, ${told} from g join entry e
         on e.client_id = $1 and e.account_id = $2 and e.booking_date is null
      where e.currency = $3 and e.amount_minor = g.minor and e.state = 'pending'
     union all
     select g.n, ${told} from g join entry e
         on e.client_id = $1 and e.company_id = $7 and e.removed_at is not null and e.account_id = $2
      where e.currency = $3 and e.amount_minor = g.minor and e.state = 'removed'
     order by n, id`,
    [
      tx.clientId,
      account.id,
      currency,
      gaps.map(({ from }) => addDays(from, -movesByDays)),
      gaps.map(({ to }) => addDays(to, movesByDays)),
      gaps.map(({ differenceMinor }) => differenceMinor.toString()),
      account.companyId,
    ],
  )
  const byGap = Map.groupBy(rows, (row) => row.n)
  return new Map([...byGap].map(([n, found]) => [n, found.map(suspectOf)]))
}

const suspectOf = (row: SuspectRow): Suspect => ({
  id: row.id,
  state: row.state === 'pending' || row.state === 'removed' ? row.state : 'booked',
  wasBooked: row.booked_at !== null,
  bookingDate: row.booking_date,
  amountMinor: BigInt(row.amount_minor),
  firstSeen: osloDate(row.first_seen_at),
  removed: row.removed_at && osloDate(row.removed_at),
  words: row.words,
})

/** Days of reads with rows that could not be read, up to where a later read could; days of such files. */
async function loadUnreadable(tx: Tx, accountId: string): Promise<Evidence['unreadable']> {
  const { rows } = await tx.sql.query<{ from: string; to: string }>(
    `select j.from_date as "from", least(j.to_date, to_char(clean.since::date - 1, 'YYYY-MM-DD')) as "to"
       from (select id, from_date, to_date from sync_job
              where client_id = $1 and account_id = $2 and unreadable > 0 order by id desc limit $3) j
       left join lateral (
         select min(k.from_date) as since from sync_job k
          where k.client_id = $1 and k.account_id = $2 and k.id > j.id and k.to_date >= j.to_date
            and k.unreadable = 0 and ${wholeRead}) clean on true
     union
     select s.from_date, s.to_date from statement s join file_import f on f.client_id = s.client_id and f.id = s.source_id
      where s.client_id = $1 and s.account_id = $2 and s.from_date is not null and s.to_date is not null
        and (f.error is not null or f.warnings @> '[{"rule": "entry_unreadable"}]')`,
    [tx.clientId, accountId, readsSeen],
  )
  return rows.filter(({ from, to }) => from <= to)
}
