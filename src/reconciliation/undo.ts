import type { Prisma, Tx } from '../db.ts'
import { after } from '../domain/clock.ts'
import { paymentMachine } from '../domain/machines.ts'
import { formatAmount, parseMoney } from '../domain/money.ts'
import { schedule } from '../due-work.ts'
import { appendEvent } from '../events/append.ts'
import { moveState } from '../events/move.ts'
import { askAttention } from '../payments/evidence.ts'
import { type Movement, movementsOf } from './movements.ts'
import { reconcileAll } from './schedule.ts'
import { reopenItem } from './settle-item.ts'

type MatchRow = Awaited<ReturnType<Tx['prisma']['match']['findUniqueOrThrow']>>
type AccountOf = { readonly id: string; readonly companyId: string }

/** Entries looked at in one go. */
const BATCH = 500
const actor = { kind: 'job', id: 'reconcile' } as const

/**
 * Undoes the matches of an account whose movement is gone, or is no longer what it was matched for: the open items get
 * back what was taken off them, a payment is no longer settled. A match stays with a movement that the bank has only
 * put into other details.
 */
export async function undoStale(tx: Tx, account: AccountOf): Promise<void> {
  let undone = 0
  for (let last = ''; ; ) {
    const entryIds = await changedEntries(tx, account.id, last)
    const matches = await tx.prisma.match.findMany({
      where: { clientId: tx.clientId, entryId: { in: entryIds }, undoneAt: null },
      orderBy: { id: 'asc' },
    })
    const movements = await movementsOf(tx, entryIds)
    for (const entryId of entryIds) {
      const ofEntry = <T extends { entryId: string }>(rows: readonly T[]) =>
        rows.filter((row) => row.entryId === entryId)
      undone += await judge(tx, ofEntry(matches), ofEntry(movements))
    }
    last = entryIds.at(-1) ?? last
    if (entryIds.length < BATCH) break
  }
  // What is open again may be paid by what another account has received.
  if (undone > 0) await reconcileAll(tx, account.companyId)
}

/** Matched entries that are not booked any more or were revised since, by id. */
async function changedEntries(tx: Tx, accountId: string, afterId: string): Promise<string[]> {
  const { rows } = await tx.sql.query<{ id: string }>(
    `select e.id from entry e
      where e.client_id = $1 and e.account_id = $2 and e.id > $3 and e.revision > 0
        and exists (select 1 from match m where m.client_id = e.client_id and m.entry_id = e.id
                       and m.undone_at is null and (e.state <> 'booked' or e.updated_at >= m.created_at))
      order by e.id limit ${BATCH}`,
    [tx.clientId, accountId, afterId],
  )
  return rows.map(({ id }) => id)
}

/** One entry's matches against its movements as they are now. Answers how many were undone. */
async function judge(tx: Tx, matches: readonly MatchRow[], movements: readonly Movement[]): Promise<number> {
  const free = new Set(movements)
  const astray: MatchRow[][] = []
  // All matches of one movement stand or fall together.
  for (const group of Map.groupBy(matches, ({ detailId }) => detailId).values()) {
    const own = movements.find(({ detailId }) => detailId === group[0]?.detailId)
    if (own && group.every((match) => holds(match, own))) free.delete(own)
    else astray.push(group)
  }
  let undone = 0
  for (const group of astray) {
    const other = [...free].find((movement) => group.every((match) => holds(match, movement)))
    if (other) free.delete(other)
    for (const match of group) {
      if (other) await tx.prisma.match.update({ where: { id: match.id }, data: { detailId: other.detailId } })
      else await undo(tx, match)
    }
    if (!other) undone += group.length
  }
  return undone
}

const factsOf = ({ explanation }: MatchRow): Prisma.JsonObject =>
  typeof explanation === 'object' && explanation !== null && !Array.isArray(explanation) ? explanation : {}

/** Is the movement still what the match was made for? */
function holds(match: MatchRow, movement: Movement): boolean {
  const { kid, endToEndId, paid, bookedAs } = factsOf(match)
  const { amountMinor: minor, currency } = movement
  if (currency !== match.currency) return false
  if (paid !== formatAmount({ minor: minor < 0n ? -minor : minor, currency })) return false
  if (match.rule === 'end_to_end_id') return minor < 0n && movement.endToEndId === endToEndId
  return movement.kid === kid && bookedAs === (minor < 0n ? 'debit' : 'credit')
}

async function undo(tx: Tx, match: MatchRow): Promise<void> {
  const { id, companyId, entryId, openItemId, paymentId, rule } = match
  await tx.prisma.match.update({ where: { id }, data: { undoneAt: tx.now } })
  await appendEvent(tx, {
    type: 'match.undone',
    resourceType: 'match',
    resourceId: id,
    companyId,
    data: { transactionId: entryId, openItemId, paymentId, rule },
  })
  if (paymentId) await unsettle(tx, paymentId, entryId)
  if (openItemId) await reopenItem(tx, openItemId, takenOff(match))
}

/** A payment's match names what its item had left, which may have been less than was paid. */
function takenOff(match: MatchRow): bigint {
  const text = factsOf(match).takenOff
  return typeof text === 'string' ? parseMoney(text, match.currency).minor : match.amountMinor
}

/**
 * The entry that settled a payment is no proof any more. That is no proof of the contrary either: the payment is
 * `executed` again, followed, never sent again, and people are told.
 */
async function unsettle(tx: Tx, paymentId: string, entryId: string): Promise<void> {
  await tx.prisma.$queryRaw`select id from payment where id = ${paymentId} for update`
  const payment = await tx.prisma.payment.findUniqueOrThrow({ where: { id: paymentId } })
  if (payment.settledEntryId !== entryId) return
  await tx.prisma.payment.update({ where: { id: paymentId }, data: { settledEntryId: null } })
  await askAttention(tx, payment, 'settlement_undone', { transactionId: entryId })
  if (payment.state !== 'settled') return
  const { companyId } = payment
  await moveState(tx, paymentMachine, paymentId, 'settled', 'executed', {
    actor,
    companyId,
    event: 'payment.state_changed',
    reason: 'the booked entry was taken back or has changed',
    data: { transactionId: entryId },
  })
  const dueAt = after(tx.now, 60_000)
  await schedule(tx, { kind: 'payment-status', subjectId: paymentId, companyId, dueAt })
}
