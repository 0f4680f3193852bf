import { type Actor, recordAudit } from '../audit/record.ts'
import type { Tx } from '../db.ts'
import { osloDate } from '../domain/clock.ts'
import { newId } from '../domain/ids.ts'
import { notFound, Problem } from '../domain/problems.ts'
import { schedule } from '../due-work.ts'
import { lockAccountSoon } from './account-lock.ts'
import { addHistory } from './balances.ts'
import { updateCompleteness } from './completeness.ts'
import { readBefore } from './coverage.ts'
import { loadEntries } from './entry-rows.ts'
import type { StoredEntry } from './identity.ts'
import { announce, changedDays, type Effects } from './ingest-effects.ts'

export type RulingRow = Awaited<ReturnType<Tx['prisma']['entryRuling']['findUniqueOrThrow']>>
export type AccountRow = NonNullable<Awaited<ReturnType<Tx['prisma']['account']['findUnique']>>>
/** Who says so, and in which request. */
export type Ruler = { readonly actor: Actor; readonly requestId: string }

export const refused = (detail: string) => new Problem('ruling_refused', detail)

/**
 * The account of a transaction, locked as an ingest locks it: a ruling and a read of one account follow each other.
 * @throws Problem `not_found`, `account_busy`
 */
export async function lockAccountOf(tx: Tx, entryId: string): Promise<AccountRow> {
  const entry = await tx.prisma.entry.findUnique({ where: { id: entryId }, select: { accountId: true } })
  if (!entry) throw notFound('transaction', entryId)
  await lockAccountSoon(tx, entry.accountId)
  return tx.prisma.account.findUniqueOrThrow({ where: { id: entry.accountId } })
}

/** @throws Problem `not_found` */
export async function entryOf(tx: Tx, id: string): Promise<StoredEntry> {
  const [entry] = await loadEntries(tx, [id])
  if (!entry) throw notFound('transaction', id)
  return entry
}

type NewRuling = {
  readonly id: string
  readonly kind: 'same' | 'different'
  readonly entryId: string
  readonly otherId: string
  /** Of the row that the ruling is about. */
  readonly identityHash: string
}

/** Keeps what was said, with its audit entry. */
export async function writeRuling(
  tx: Tx,
  account: AccountRow,
  by: Ruler,
  ruling: NewRuling,
): Promise<RulingRow> {
  const { clientId } = tx
  const { companyId, id: accountId } = account
  const decidedBy = `${by.actor.kind}:${by.actor.id}`
  const row = await tx.prisma.entryRuling.create({
    data: { ...ruling, clientId, companyId, accountId, decidedBy, at: tx.now },
  })
  await recordRuling(tx, by, row, ruling.kind === 'same' ? 'transaction.merge' : 'transaction.split')
  return row
}

export async function recordRuling(tx: Tx, by: Ruler, ruling: RulingRow, action: string): Promise<void> {
  await recordAudit(tx, {
    actor: by.actor,
    action,
    resourceType: 'transaction',
    resourceId: ruling.entryId,
    companyId: ruling.companyId,
    requestId: by.requestId,
    data: { rulingId: ruling.id, otherId: ruling.otherId },
  })
}

export const newRulingId = (tx: Tx) => newId('ruling', tx.now)

/** What a ruling brings along, as an ingest does: proof, events, and what was matched. */
export async function settleRuling(
  tx: Tx,
  account: AccountRow,
  rulingId: string,
  effects: Effects,
): Promise<void> {
  const days = changedDays(effects)
  if (days.length > 0) {
    const through = await readBefore(tx, account.id, rulingId)
    const reopened = through === null ? [] : days.filter((day) => day <= through)
    await addHistory(tx, account.id, effects.deltas)
    await updateCompleteness(tx, account, { from: days[0] ?? osloDate(tx.now), reopened })
  }
  await announce(tx, account, rulingId, effects)
  const { id: subjectId, companyId } = account
  await schedule(tx, { kind: 'reconcile', subjectId, companyId, dueAt: tx.now })
}

/** Has the transaction been merged into another one? Then that one is meant. */
export async function refuseMerged(tx: Tx, entry: StoredEntry): Promise<void> {
  const into = await tx.prisma.entryRuling.findFirst({
    where: { clientId: tx.clientId, otherId: entry.id, kind: 'same', undoneAt: null },
  })
  if (into) throw refused(`${entry.id} was merged into ${into.entryId}.`)
}
