import type { AccountRow } from '../consent/accounts.ts'
import type { Tx } from '../db.ts'
import type { StatementHead } from '../domain/statement.ts'
import { schedule } from '../due-work.ts'
import { lockAccount } from './account-lock.ts'
import { attachNotices } from './attach.ts'
import type { Notice } from './attach-notices.ts'
import { keepStatement, type OpenStatement } from './file-statement.ts'
import { announce, noEffects, noteRevised } from './ingest-effects.ts'

export type NoticeResult = {
  /** Entries that got details. */
  readonly attached: number
  /** Payments that have not found their entry yet. */
  readonly waiting: number
  readonly warnings: readonly { readonly rule: string; readonly detail: string }[]
}

/**
 * A statement that tells more of movements which are stated elsewhere (camt.054, OCR giro), or only announces them
 * (AvtaleGiro), is whole: its details go to the entries that are there, the rest waits for theirs.
 */
export async function endNotice(
  tx: Tx,
  open: OpenStatement,
  account: AccountRow,
  head: StatementHead,
): Promise<NoticeResult> {
  await lockAccount(tx, account.id)
  await keepStatement(tx, open, account, head)
  const { id, sourceId, route } = open
  const { changes, ambiguous, waiting } = await attachNotices(tx, account, { id, sourceId, route })
  const effects = noEffects()
  noteRevised(effects, changes)
  await announce(tx, account, sourceId, effects)
  if (changes.length > 0) {
    const { id: subjectId, companyId } = account
    await schedule(tx, { kind: 'reconcile', subjectId, companyId, dueAt: tx.now })
  }
  return {
    attached: changes.length,
    waiting: count([...ambiguous, ...waiting]),
    warnings: warningsOf(head, {
      announced: open.entries - open.pending - open.bookedRows - open.future,
      ambiguous,
      waiting,
    }),
  }
}

const count = (notices: readonly Notice[]) =>
  notices.reduce((sum, { places, details }) => sum + Math.max(places.length, details.length), 0)
const payments = (n: number) => `${n} payment${n === 1 ? '' : 's'}`
const are = (n: number) => (n === 1 ? 'is' : 'are')

function warningsOf(
  { id }: StatementHead,
  found: { announced: number; ambiguous: readonly Notice[]; waiting: readonly Notice[] },
): NoticeResult['warnings'] {
  const [several, none] = [count(found.ambiguous), count(found.waiting)]
  const told = [
    {
      rule: 'announced_only',
      n: found.announced,
      detail: `${payments(found.announced)} in statement ${id} ${are(found.announced)} announced only: kept as stated, no transactions`,
    },
    {
      rule: 'details_ambiguous',
      n: several,
      detail: `${payments(several)} in statement ${id} could belong to several transactions: not attached`,
    },
    {
      rule: 'details_waiting',
      n: none,
      detail: `${payments(none)} in statement ${id} ${none === 1 ? 'belongs' : 'belong'} to transactions that have not come in: attached when they do`,
    },
  ]
  return told.filter(({ n }) => n > 0).map(({ rule, detail }) => ({ rule, detail }))
}
