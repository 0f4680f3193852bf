import type { Tx } from '../db.ts'
import { addDays } from '../domain/clock.ts'
import { newId } from '../domain/ids.ts'
import { attachNotices, type NoticeSource } from './attach.ts'
import type { EntryOwner } from './entry-rows.ts'
import { type Effects, noteRevised } from './ingest-effects.ts'
import type { Route } from './normal.ts'

/** An id begins with what it is of and the moment it was given at: those of one database transaction begin alike. */
const momentLength = 'txn_'.length + 10
/** Days around changed entries whose notices may tell of them. */
const reachDays = 10
/** Statements with waiting notices that one ingest looks at, newest first. */
const most = 100

/**
 * Notices that came before their entry, or whose entry was taken back: looked at whenever entries of those days come
 * in by any way. Bounded by the days that have changed.
 */
export async function attachWaiting(tx: Tx, account: EntryOwner, effects: Effects): Promise<void> {
  const { added, revised, removed } = effects
  const days = [added, revised, removed].flatMap(({ from, to }) => (from && to ? [from, to] : [])).sort()
  const [first, last] = [days[0], days.at(-1)]
  if (!first || !last) return
  const period = [addDays(first, -reachDays), addDays(last, reachDays)] as const
  if (removed.count > 0) await loseEntries(tx, account.id, period)
  const made = newId('transaction', tx.now).slice(0, momentLength)
  const sources = await waitingSources(tx, account.id, period)
  for (const source of sources) {
    const { changes } = await attachNotices(tx, account, source)
    // Who is told of a transaction that is new reads it with its details.
    noteRevised(
      effects,
      changes.filter(({ entry }) => !entry.id.startsWith(made)),
    )
  }
}

/** Notices whose entry was taken back wait again. */
async function loseEntries(tx: Tx, accountId: string, [from, to]: readonly [string, string]): Promise<void> {
  await tx.sql.query(
    `update statement s set attached = n.live
       from (select split_part(a.source_id, '.', 1) as id, a.source_id,
                    count(*) filter (where e.state <> 'removed') as live
               from entry_attachment a join entry e on e.client_id = a.client_id and e.id = a.entry_id
              where a.client_id = $1 and a.source_id in (
                select b.source_id from entry_attachment b
                  join entry gone on gone.client_id = b.client_id and gone.id = b.entry_id
                 where gone.client_id = $1 and gone.account_id = $2 and gone.state = 'removed'
                   and gone.booking_date between $3 and $4)
              group by a.source_id) n
      where s.client_id = $1 and s.id = n.id and s.attached > n.live`,
    [tx.clientId, accountId, from, to],
  )
}

async function waitingSources(
  tx: Tx,
  accountId: string,
  [from, to]: readonly [string, string],
): Promise<NoticeSource[]> {
  const { rows } = await tx.sql.query<{ id: string; readings: number; route: Route }>(
    `select s.id, s.route, coalesce(f.readings, 1) as readings from statement s
       left join file_import f on f.client_id = s.client_id and f.id = s.source_id
      where s.client_id = $1 and s.account_id = $2 and s.details_only and s.from_date <= $4 and s.to_date >= $3
        and s.attached < s.entries
      order by s.to_date desc, s.id desc limit ${most}`,
    [tx.clientId, accountId, from, to],
  )
  return rows.map(({ id, route, readings }) => ({ id, route, sourceId: observationSource(id, readings) }))
}

/** Rows that are read again, by a better reader, stand beside those of the first reading. */
export const observationSource = (statementId: string, reading: number) =>
  reading === 1 ? statementId : `${statementId}.${reading}`
