import type { Tx } from '../db.ts'
import { Problem } from '../domain/problems.ts'
import { removeEntries } from './apply.ts'
import { loadEntries } from './entry-rows.ts'
import type { StoredEntry } from './identity.ts'
import { noEffects, noteRemoved, noteRevised } from './ingest-effects.ts'
import { mergeContent } from './merge.ts'
import type { Alias } from './normal.ts'
import {
  type AccountRow,
  entryOf,
  lockAccountOf,
  newRulingId,
  type Ruler,
  type RulingRow,
  refused,
  refuseMerged,
  settleRuling,
  writeRuling,
} from './rule.ts'
import { setEntry } from './set-back.ts'

/**
 * Says that another transaction is the same movement: it ends as removed, what it knew besides and its ids go over, and
 * its rows are taken for this one from then on. Saying it again changes nothing.
 * @throws Problem `not_found`, `reference_unknown`, `ruling_refused`
 */
export async function mergeTransactions(
  tx: Tx,
  by: Ruler,
  asked: { readonly transactionId: string; readonly otherId: string },
): Promise<RulingRow> {
  const account = await lockAccountOf(tx, asked.transactionId)
  const known = await tx.prisma.entryRuling.findFirst({
    where: {
      ...{ clientId: tx.clientId, entryId: asked.transactionId, otherId: asked.otherId },
      ...{ kind: 'same', undoneAt: null },
    },
  })
  if (known) return known
  const entry = await entryOf(tx, asked.transactionId)
  const other = await otherOf(tx, account, asked.otherId)
  refuseUnlike(entry, other)
  await refuseMerged(tx, entry)
  await takeBackSplit(tx, entry.id, other.id)
  const id = newRulingId(tx)
  const { route, state, hash, identityHash } = entry
  const content = mergeContent(entry.content, other.content, false)
  // By which rows other routes tell it stays its own: they are known by it.
  const ids = other.aliases.filter(({ kind }) => !kind.startsWith('told:'))
  const aliases = joinAliases(entry.aliases, ids)
  const to = { route, state, hash, identityHash, content, aliases }
  const effects = noEffects()
  noteRevised(effects, [await setEntry(tx, account, id, entry, to, 'merged')])
  await removeEntries(tx, account, { id, route: other.route }, [other], 'merged')
  noteRemoved(effects, [other])
  const ruling = await writeRuling(tx, account, by, {
    ...{ id, kind: 'same', entryId: entry.id, otherId: other.id, identityHash: other.identityHash },
  })
  await settleRuling(tx, account, id, effects)
  return ruling
}

async function otherOf(tx: Tx, account: AccountRow, otherId: string): Promise<StoredEntry> {
  const [other] = await loadEntries(tx, [otherId])
  if (!other) throw new Problem('reference_unknown', `There is no transaction ${otherId}.`)
  const row = await tx.prisma.entry.findUniqueOrThrow({ where: { id: otherId }, select: { accountId: true } })
  if (row.accountId !== account.id) throw refused(`${otherId} is of another account.`)
  return other
}

function refuseUnlike(entry: StoredEntry, other: StoredEntry): void {
  if (entry.id === other.id) throw refused('A transaction cannot be merged into itself.')
  for (const one of [entry, other]) {
    if (one.state === 'removed') throw refused(`${one.id} is removed.`)
  }
  const [one, two] = [entry.content, other.content]
  if (one.currency !== two.currency || one.amountMinor !== two.amountMinor) {
    throw refused('The two are of different amounts: they cannot be one movement.')
  }
  if (entry.state === 'pending' && other.state !== 'pending') {
    throw refused(
      `${entry.id} is pending and ${other.id} is booked: merge the pending one into the booked one.`,
    )
  }
}

const sameAlias = (one: Alias) => (other: Alias) => one.kind === other.kind && one.value === other.value

export function joinAliases(own: readonly Alias[], others: readonly Alias[]): readonly Alias[] {
  return [...own, ...others.filter((alias) => !own.some(sameAlias(alias)))]
}

/** Who merges two that were split has changed their mind. */
async function takeBackSplit(tx: Tx, one: string, other: string): Promise<void> {
  const pair = [
    { entryId: one, otherId: other },
    { entryId: other, otherId: one },
  ]
  await tx.prisma.entryRuling.updateMany({
    where: { clientId: tx.clientId, kind: 'different', undoneAt: null, OR: pair },
    data: { undoneAt: tx.now },
  })
}
