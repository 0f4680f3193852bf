import { type Actor, recordAudit } from '../audit/record.ts'
import { getAccount } from '../consent/accounts.ts'
import type { Tx } from '../db.ts'
import type { Money } from '../domain/money.ts'
import { Problem } from '../domain/problems.ts'
import { lockAccountSoon } from './account-lock.ts'
import { wordsLike } from './words.ts'

/** The last booked transaction that the client had from elsewhere: by our id, or as the other provider told it. */
export type LastTaken =
  | { readonly lastTransactionId: string }
  | {
      readonly bookingDate: string
      readonly amount: Money
      readonly kid?: string
      readonly endToEndId?: string
      readonly text?: string
    }

export type TakeOver = {
  readonly accountId: string
  readonly last: LastTaken
  /** Others of the same day that the client had too. */
  readonly alsoKnownIds: readonly string[]
}

export type TakenOver = {
  readonly lastTransactionId: string
  readonly bookingDate: string
  /** Booked transactions that are taken over now. */
  readonly takenOver: number
  /** Booked transactions that are not: the client's new ones. */
  readonly fresh: number
}

const candidatesShown = 20

/**
 * Draws the line between what another provider had delivered and what is new: every booked transaction that is known now
 * is taken over if it is of a day before the last one's, or named. What comes in later is new whatever its date. Drawn
 * again, the line moves; transactions that come to stand behind it are told as changes.
 * @throws Problem `not_found`, `account_busy`, `account_not_read`, `reference_unknown`, `transaction_ambiguous`
 */
export async function takeOver(
  tx: Tx,
  by: { readonly actor: Actor; readonly requestId: string },
  { accountId, last, alsoKnownIds }: TakeOver,
): Promise<TakenOver> {
  await lockAccountSoon(tx, accountId)
  const account = await getAccount(tx, accountId)
  const found = await findLast(tx, accountId, last)
  await checkNamed(tx, accountId, found, alsoKnownIds)
  await mark(tx, accountId, found, [found.id, ...alsoKnownIds])
  await recordAudit(tx, {
    actor: by.actor,
    action: 'account.take_over',
    resourceType: 'account',
    resourceId: accountId,
    companyId: account.companyId,
    requestId: by.requestId,
    data: { lastTransactionId: found.id },
  })
  const counts = await tx.sql.query<{ taken: number; fresh: number }>(
    `select (count(*) filter (where taken_over))::int4 as taken, (count(*) filter (where not taken_over))::int4 as fresh
       from entry where client_id = $1 and account_id = $2 and state in ('booked', 'reversed')`,
    [tx.clientId, accountId],
  )
  const [count] = counts.rows
  const { id: lastTransactionId, bookingDate } = found
  return { lastTransactionId, bookingDate, takenOver: count?.taken ?? 0, fresh: count?.fresh ?? 0 }
}

type Last = { readonly id: string; readonly bookingDate: string }

async function findLast(tx: Tx, accountId: string, last: LastTaken): Promise<Last> {
  const where = { clientId: tx.clientId, accountId, state: { in: ['booked', 'reversed'] } }
  if ((await tx.prisma.entry.count({ where, take: 1 })) === 0) {
    throw new Problem('account_not_read', {
      detail: `Nothing of ${accountId} is known yet: no read has ended and no file was handed in.`,
      userAction: 'Wait for `sync_job.finished`, then ask again.',
    })
  }
  const candidates = await candidatesOf(tx, accountId, last)
  const [found, another] = candidates
  if (!found)
    throw new Problem('reference_unknown', `No booked transaction of ${accountId} fits all that was named.`)
  if (another) {
    throw new Problem('transaction_ambiguous', {
      detail: `${candidates.length} booked transactions fit. Name one of them as \`lastTransactionId\`.`,
      errors: candidates.slice(0, candidatesShown).map(({ id, text }) => ({ path: id, message: text ?? '' })),
    })
  }
  return found
}

type Candidate = Last & { readonly text: string | null; readonly name: string | null }

async function candidatesOf(tx: Tx, accountId: string, last: LastTaken): Promise<Candidate[]> {
  const facts = 'lastTransactionId' in last ? undefined : last
  const { rows } = await tx.sql.query<Candidate>(
    `select id, booking_date as "bookingDate", text, counterparty_name as name from entry
      where client_id = $1 and account_id = $2 and state in ('booked', 'reversed') and booking_date is not null
        and case when $3::text is not null then id = $3
                 else booking_date = $4 and amount_minor = $5 and currency = $6 end
        and ($7::text is null or kid = $7) and ($8::text is null or end_to_end_id = $8)
      order by id limit 200`,
    [
      tx.clientId,
      accountId,
      'lastTransactionId' in last ? last.lastTransactionId : null,
      facts?.bookingDate ?? null,
      facts?.amount.minor.toString() ?? null,
      facts?.amount.currency ?? null,
      facts?.kid ?? null,
      facts?.endToEndId ?? null,
    ],
  )
  const text = facts?.text
  if (text === undefined) return rows
  // Two providers word one row differently, but not without a word in common.
  const liked = rows.map((row) => ({ row, like: likeWords(row, text) }))
  const fitting = liked.filter(({ row, like }) => like > 0 || (row.text === null && row.name === null))
  const most = Math.max(...fitting.map(({ like }) => like))
  return fitting.filter(({ like }) => like === most).map(({ row }) => row)
}

const likeWords = (row: Candidate, text: string) =>
  Math.max(wordsLike(text, row.text), wordsLike(text, row.name))

async function checkNamed(tx: Tx, accountId: string, last: Last, ids: readonly string[]): Promise<void> {
  const known = await tx.prisma.entry.findMany({
    where: { clientId: tx.clientId, accountId, bookingDate: last.bookingDate, id: { in: [...ids] } },
    select: { id: true },
  })
  const missing = ids.filter((id) => !known.some((row) => row.id === id))
  if (missing.length === 0) return
  throw new Problem('reference_unknown', {
    detail: `Not of this account and of ${last.bookingDate}, the day of the last transaction: ${missing.join(', ')}.`,
    errors: missing.map((id) => ({ path: 'body.alsoKnownIds', message: id })),
  })
}

/** What becomes new by this is told once more: it takes new places in the list of changes. */
async function mark(tx: Tx, accountId: string, last: Last, named: readonly string[]): Promise<void> {
  await tx.sql.query(
    `with judged as (
       select id, taken_over as was,
              state in ('booked', 'reversed') and (booking_date < $3 or id = any ($4::text[])) as taken
         from entry where client_id = $1 and account_id = $2
     ), changed as (
       select id, taken, row_number() over (partition by taken order by id) as n from judged where was <> taken
     ), places as (
       update account set change_seq = change_seq + (select count(*) from changed where not taken)
        where client_id = $1 and id = $2 returning change_seq - (select count(*) from changed where not taken) as before
     )
     update entry e set taken_over = c.taken,
            change_seq = case when c.taken then e.change_seq else p.before + c.n end,
            added_seq = case when c.taken then e.added_seq else p.before + c.n end
       from changed c, places p where e.client_id = $1 and e.id = c.id`,
    [tx.clientId, accountId, last.bookingDate, named],
  )
}
