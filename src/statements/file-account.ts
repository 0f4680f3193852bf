import { recordAudit } from '../audit/record.ts'
import type { AccountRow } from '../consent/accounts.ts'
import { getCompany } from '../consent/companies.ts'
import type { Tx } from '../db.ts'
import { newId } from '../domain/ids.ts'
import { accountMachine } from '../domain/machines.ts'
import { ibanToBban, isIban, normaliseAccount } from '../domain/norwegian.ts'
import type { StatementHead } from '../domain/statement.ts'
import { appendEvent } from '../events/append.ts'
import { moveState } from '../events/move.ts'
import { sameName } from '../protocols/brreg/names.ts'
import type { StatementPorts } from './ports.ts'

const actor = { kind: 'job', id: 'file-import' } as const

export type FoundAccount =
  | { readonly account: AccountRow }
  | { readonly account: null; readonly rule: string; readonly detail: string }

const none = (rule: string, detail: string): FoundAccount => ({ account: null, rule, detail })

/**
 * The account that a statement is of, by company, number and currency: the same one that a consent shows. An unknown
 * one is made; that the client handed its statements in is the evidence of ownership. Rows of an account that a bank
 * called private go nowhere (PRODUCT 10).
 */
export async function accountOfFile(
  ports: Pick<StatementPorts, 'vault'>,
  tx: Tx,
  companyId: string,
  head: StatementHead,
  currency: string | undefined,
): Promise<FoundAccount> {
  if (head.account === '')
    return none('account_missing', 'a statement that does not say which account it is of')
  if (!currency) return none('currency_missing', 'a statement without a currency, and without an entry')
  const number = normaliseAccount(head.account)
  const numberHash = ports.vault.keyedHash('private_account', number)
  const ignored = await tx.prisma.ignoredAccount.findFirst({ where: { companyId, numberHash } })
  if (ignored) return none('account_private', 'a statement of an account that the bank calls private')
  const key = { clientId: tx.clientId, companyId, number, currency }
  const made = await tx.prisma.account.createMany({
    data: [await newAccount(tx, key, head)],
    skipDuplicates: true,
  })
  const where = { clientId_companyId_number_currency: key }
  const account = await tx.prisma.account.findUniqueOrThrow({ where })
  if (made.count === 1) return { account: await introduce(tx, account) }
  if (account.state === 'ignored') return none('account_ignored', `account ${account.id} is not to be read`)
  if (account.state === 'discovered') {
    return none('account_unconfirmed', `account ${account.id} waits for a person to confirm its owner`)
  }
  return { account }
}

async function newAccount(
  tx: Tx,
  key: { clientId: string; companyId: string; number: string; currency: string },
  head: StatementHead,
) {
  const company = await getCompany(tx, key.companyId)
  const other = head.owner !== undefined && !sameName(head.owner, company.name)
  const evidence = other ? 'handed in by file, which names another owner' : 'handed in by file'
  return {
    id: newId('account', tx.now),
    ...key,
    iban: isIban(key.number) ? key.number : null,
    bban: ibanToBban(key.number) ?? (head.accountKind === 'BBAN' ? head.account : null),
    ownerName: head.owner ?? null,
    state: 'discovered',
    ownership: head.owner !== undefined && !other ? 'name_match' : 'declared',
    ownershipEvidence: evidence,
    createdAt: tx.now,
  }
}

async function introduce(tx: Tx, account: AccountRow): Promise<AccountRow> {
  const about = { resourceType: 'account', resourceId: account.id, companyId: account.companyId }
  await recordAudit(tx, { actor, action: 'account.discover', ...about })
  await appendEvent(tx, { type: 'account.discovered', ...about })
  await moveState(tx, accountMachine, account.id, 'discovered', 'enabled', {
    actor,
    companyId: account.companyId,
    event: 'account.state_changed',
  })
  return { ...account, state: 'enabled' }
}
