import type { Tx } from '../db.ts'
import { addDays } from '../domain/clock.ts'
import { reviseEntries } from './apply.ts'
import { mergeNotice } from './attach-details.ts'
import { type Attachment, type Attachments, type Candidate, pairNotices } from './attach-match.ts'
import { joinDays, type Notice, waitingNotices } from './attach-notices.ts'
import { insertRows } from './bulk.ts'
import { type EntryOwner, loadEntries } from './entry-rows.ts'
import type { Change } from './identity.ts'
import { sameContent } from './merge.ts'
import type { Route } from './normal.ts'

/** Whose notices: a statement that moves no balance, and the source under which its rows are kept. */
export type NoticeSource = { readonly id: string; readonly sourceId: string; readonly route: Route }

export type AttachResult = Attachments & { readonly changes: readonly Change[] }

/** Days around a notice in which its entry may be booked. */
const reachDays = 10

/**
 * Attaches the details of a source's notices to the entries they tell of (DESIGN 5.2). Details never become fewer, and
 * no balance moves. What has found its entry is noted, so that nothing is attached twice; the rest waits. The caller
 * holds the account's lock.
 */
export async function attachNotices(
  tx: Tx,
  account: EntryOwner,
  source: NoticeSource,
): Promise<AttachResult> {
  const notices = await waitingNotices(tx, source.sourceId)
  const alone = pairNotices(notices, await candidatesFor(tx, account.id, source.sourceId, notices))
  const found = await withDays(tx, account, source, alone)
  const changes = found.pairs.flatMap((pair) => changeOf(pair) ?? [])
  await reviseEntries(tx, account, { id: source.sourceId, route: source.route }, changes)
  await noteAttachments(tx, account, source, found.pairs)
  return { ...found, changes }
}

/** What found no line by itself is tried as the sum of its day, if exactly one line of that day is of that sum. */
async function withDays(
  tx: Tx,
  account: EntryOwner,
  { sourceId, route }: NoticeSource,
  found: Attachments,
): Promise<Attachments> {
  const days = joinDays(found.waiting, route)
  if (days.length === 0) return found
  const joined = days.map(({ day }) => day)
  const candidates = await candidatesFor(tx, account.id, sourceId, days)
  const { pairs } = pairNotices(
    days,
    candidates.filter(({ entry }) => joined.includes(entry.content.bookingDate ?? '')),
  )
  const ofTheDay = pairs.filter(({ notice, entry }) => entry.content.bookingDate === notice.day)
  const attached = new Set(ofTheDay.flatMap(({ notice }) => notice.places))
  return {
    pairs: [...found.pairs, ...ofTheDay],
    ambiguous: found.ambiguous,
    waiting: found.waiting.filter(({ places }) => !places.some((place) => attached.has(place))),
  }
}

async function candidatesFor(
  tx: Tx,
  accountId: string,
  sourceId: string,
  notices: readonly Notice[],
): Promise<Candidate[]> {
  const days = notices.map(({ day }) => day).sort()
  const [first, last] = [days[0], days.at(-1)]
  if (!first || !last) return []
  const { rows } = await tx.sql.query<{ id: string; told: Candidate['told'] }>(
    `select e.id, case when a.same then 'same' when a.same is null then 'no' else 'other' end as told from entry e
       left join lateral (
         select bool_or(source_id = $6) as same from entry_attachment
          where client_id = $1 and entry_id = e.id) a on true
      where e.client_id = $1 and e.account_id = $2 and e.state in ('booked', 'reversed')
        and e.booking_date between $3 and $4 and e.amount_minor = any ($5::int8[])`,
    [
      tx.clientId,
      accountId,
      addDays(first, -reachDays),
      addDays(last, reachDays),
      [...new Set(notices.map(({ amountMinor }) => amountMinor.toString()))],
      sourceId,
    ],
  )
  const told = new Map(rows.map((row) => [row.id, row.told]))
  const entries = await loadEntries(tx, [...told.keys()].sort())
  return entries
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map((entry) => ({ entry, told: told.get(entry.id) ?? 'no' }))
}

/** Null where the notice tells nothing new. Whoever made the entry stays its owner, and knows it by the same words. */
function changeOf({ notice, entry, confidence }: Attachment): Change | null {
  const content = mergeNotice(entry.content, notice)
  if (sameContent(content, entry.content)) return null
  const { state, hash, identityHash, aliases } = entry
  const row = { status: 'booked', content, aliases: [], hash: '', identityHash: '' } as const
  return { entry, row, state, content, aliases, hash, identityHash, reason: 'attached', confidence }
}

async function noteAttachments(
  tx: Tx,
  account: EntryOwner,
  source: NoticeSource,
  pairs: readonly Attachment[],
): Promise<void> {
  if (pairs.length === 0) return
  const rows = pairs.flatMap(({ notice, entry }) =>
    notice.places.map(({ page, ordinal }) => [
      ...[source.sourceId, page, ordinal, tx.clientId, account.companyId, entry.id],
      tx.now,
    ]),
  )
  const replace =
    'on conflict (source_id, page, ordinal) do update set entry_id = excluded.entry_id, at = excluded.at'
  await insertRows(tx.sql, 'entry_attachment', columns, rows, replace)
  await tx.sql.query(
    `update statement set attached = (
       select count(*) from entry_attachment a join entry e on e.client_id = a.client_id and e.id = a.entry_id
        where a.client_id = $1 and a.source_id = $3 and e.state <> 'removed')
      where client_id = $1 and id = $2`,
    [tx.clientId, source.id, source.sourceId],
  )
}

const columns = [
  ['source_id', 'text'],
  ['page', 'int4'],
  ['ordinal', 'int4'],
  ['client_id', 'text'],
  ['company_id', 'text'],
  ['entry_id', 'text'],
  ['at', 'timestamptz'],
] as const
