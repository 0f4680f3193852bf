import type { Tx } from '../db.ts'
import { notFound } from '../domain/problems.ts'
import { removeEntries } from './apply.ts'
import type { StoredEntry } from './identity.ts'
import { type Effects, noEffects, noteRemoved, noteRevised } from './ingest-effects.ts'
import { mergeContent } from './merge.ts'
import { type RevisionRow, wasOf } from './revisions.ts'
import {
  type AccountRow,
  entryOf,
  lockAccountOf,
  type Ruler,
  type RulingRow,
  recordRuling,
  settleRuling,
} from './rule.ts'
import { joinAliases } from './rule-merge.ts'
import { setEntry } from './set-back.ts'

/**
 * Takes back what was said of two transactions. Of a merge: the one that was merged away comes back. Of a split: the two
 * are one again, and what sources state decides from then on. Taking it back again changes nothing.
 * @throws Problem `not_found`
 */
export async function undoRuling(
  tx: Tx,
  by: Ruler,
  asked: { readonly transactionId: string; readonly rulingId: string },
): Promise<RulingRow> {
  const account = await lockAccountOf(tx, asked.transactionId)
  const ruling = await rulingOf(tx, asked)
  if (ruling.undoneAt !== null) return ruling
  const undone = await tx.prisma.entryRuling.update({
    where: { id: ruling.id },
    data: { undoneAt: tx.now },
  })
  const effects = noEffects()
  if (ruling.kind === 'same') await bringBack(tx, account, ruling, effects)
  else await reunite(tx, account, ruling, effects)
  await recordRuling(tx, by, ruling, 'transaction.undo_ruling')
  await settleRuling(tx, account, ruling.id, effects)
  return undone
}

async function rulingOf(
  tx: Tx,
  { transactionId, rulingId }: { transactionId: string; rulingId: string },
): Promise<RulingRow> {
  const ruling = await tx.prisma.entryRuling.findFirst({
    where: {
      ...{ clientId: tx.clientId, id: rulingId },
      OR: [{ entryId: transactionId }, { otherId: transactionId }],
    },
  })
  if (!ruling) throw notFound('ruling', rulingId)
  return ruling
}

/** What is said of a transaction, newest first; one more than `limit` where there are more. */
export function listRulings(
  tx: Tx,
  entryId: string,
  { limit, below }: { readonly limit: number; readonly below?: string },
): Promise<RulingRow[]> {
  return tx.prisma.entryRuling.findMany({
    where: {
      ...{ clientId: tx.clientId, OR: [{ entryId }, { otherId: entryId }] },
      ...(below === undefined ? {} : { id: { lt: below } }),
    },
    orderBy: { id: 'desc' },
    take: limit + 1,
  })
}

const ofRuling = (tx: Tx, entryId: string, sourceId: string) =>
  tx.prisma.entryRevision.findFirst({
    where: { clientId: tx.clientId, entryId, sourceId },
    orderBy: { revision: 'desc' },
  })

async function bringBack(tx: Tx, account: AccountRow, ruling: RulingRow, effects: Effects): Promise<void> {
  const [entry, other] = [await entryOf(tx, ruling.entryId), await entryOf(tx, ruling.otherId)]
  const merged = await ofRuling(tx, other.id, ruling.id)
  if (merged && other.state === 'removed') {
    noteRevised(effects, [await setEntry(tx, account, ruling.id, other, wasOf(merged), 'undone')])
  }
  const gave = await ofRuling(tx, entry.id, ruling.id)
  if (!gave) return
  const to = wasAgain(entry, gave, other)
  noteRevised(effects, [await setEntry(tx, account, ruling.id, entry, to, 'undone')])
}

/** As it was before the merge, unless it has changed since: then it only gives back the other one's ids. */
function wasAgain(entry: StoredEntry, gave: RevisionRow, other: StoredEntry) {
  const was = wasOf(gave)
  if (entry.revision === gave.revision + 1) return was
  const isOthers = ({ kind, value }: { kind: string; value: string }) =>
    other.aliases.some((alias) => alias.kind === kind && alias.value === value) &&
    !was.aliases.some((alias) => alias.kind === kind && alias.value === value)
  return { ...entry, aliases: entry.aliases.filter((alias) => !isOthers(alias)) }
}

async function reunite(tx: Tx, account: AccountRow, ruling: RulingRow, effects: Effects): Promise<void> {
  const [entry, other] = [await entryOf(tx, ruling.entryId), await entryOf(tx, ruling.otherId)]
  if (other.state === 'removed') return
  const isGone = entry.state !== 'booked' && entry.state !== 'reversed'
  const takesWords = isGone || entry.route === other.route
  const content = mergeContent(entry.content, other.content, takesWords)
  const aliases = joinAliases(other.aliases, entry.aliases)
  const words = takesWords ? other : entry
  const { route, hash, identityHash } = words
  const state = isGone ? other.state : entry.state
  const to = { state, route, hash, identityHash, content, aliases }
  await removeEntries(tx, account, { id: ruling.id, route: other.route }, [other], 'undone')
  noteRemoved(effects, [other])
  noteRevised(effects, [await setEntry(tx, account, ruling.id, entry, to, 'undone')])
}
