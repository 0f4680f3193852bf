import { recordAudit } from '../audit/record.ts'
import type { BankAccount } from '../connectors/connector.ts'
import type { Tx } from '../db.ts'
import { newId } from '../domain/ids.ts'
import { accountMachine, connectionMachine } from '../domain/machines.ts'
import { ibanToBban, normaliseAccount } from '../domain/norwegian.ts'
import { notFound } from '../domain/problems.ts'
import { schedule } from '../due-work.ts'
import { appendEvent } from '../events/append.ts'
import { moveState } from '../events/move.ts'
import { sameName } from '../protocols/brreg/names.ts'
import { type CompanyRow, getCompany } from './companies.ts'
import { getConsent } from './consents/create.ts'
import { type ConsentRow, openConsentSession } from './open-session.ts'
import type { ConsentPorts } from './ports.ts'
import { presentAt } from './presence.ts'

const actor = { kind: 'job', id: 'accounts-discover' } as const

export type AccountRow = Awaited<ReturnType<Tx['prisma']['account']['findUniqueOrThrow']>>

/** @throws Problem `not_found`. */
export async function getAccount(tx: Tx, id: string): Promise<AccountRow> {
  const account = await tx.prisma.account.findUnique({ where: { id } })
  if (!account) throw notFound('account', id)
  return account
}

type Ownership = { kind: 'business' | 'private' | 'doubtful'; ownership: string; evidence: string }

/** Whose account it is, and how we know (PRODUCT 10). Only what is certain is read. */
export function judgeOwnership(account: BankAccount, companyName: string): Ownership {
  if (account.usage === 'private') return { kind: 'private', ownership: 'refused', evidence: 'usage PRIV' }
  const named = account.ownerName !== undefined && sameName(account.ownerName, companyName)
  if (account.ownerName !== undefined && !named) {
    return { kind: 'doubtful', ownership: 'declared', evidence: 'the bank names another owner' }
  }
  if (account.usage === 'business') {
    return { kind: 'business', ownership: named ? 'name_match' : 'declared', evidence: 'usage ORGA' }
  }
  if (named) return { kind: 'business', ownership: 'name_match', evidence: 'owner name' }
  return { kind: 'doubtful', ownership: 'declared', evidence: 'the bank says neither usage nor owner' }
}

/**
 * Asks the bank which accounts a consent shows. Business accounts are kept and read from now on; of a private one only
 * a keyed hash of its number; one whose owner is not certain is kept unread until a person has confirmed it. Who has just
 * come back from the bank is told to it as present.
 */
export async function discoverAccounts(
  ports: ConsentPorts,
  clientId: string,
  consentId: string,
): Promise<void> {
  const { consent, opened } = await ports.db.forClient(clientId, async (tx) => {
    const row = await getConsent(tx, consentId)
    return { consent: row, opened: await openConsentSession(ports, tx, row, presentAt(row, tx.now)) }
  })
  if (consent.state !== 'active') return
  const accounts = await opened.connector.accounts(opened.session)
  await ports.db.forClient(clientId, async (tx) => {
    const company = await getCompany(tx, consent.companyId)
    for (const { account, judged } of judgeAll(accounts, company.name)) {
      await keepAccount(ports, tx, { consent, company, account, judged })
    }
    const connection = await tx.prisma.connection.findUniqueOrThrow({ where: { id: consent.connectionId } })
    if (connection.state === 'connecting') {
      await moveState(tx, connectionMachine, connection.id, 'connecting', 'active', {
        actor,
        companyId: company.id,
        event: 'connection.state_changed',
      })
    }
  })
}

type Judged = { readonly account: BankAccount & { readonly number: string }; readonly judged: Ownership }

/** A bank may list one account twice, and say different things of it: the most careful word counts for all of them. */
function judgeAll(accounts: readonly BankAccount[], companyName: string): Judged[] {
  const care = { business: 0, doubtful: 1, private: 2 } as const
  const strictest = new Map<string, Ownership>()
  const numbered = accounts.flatMap((account) => {
    const stated = account.iban ?? account.bban
    return stated ? { ...account, number: normaliseAccount(stated) } : []
  })
  for (const account of numbered) {
    const judged = judgeOwnership(account, companyName)
    const known = strictest.get(account.number)
    if (!known || care[judged.kind] > care[known.kind]) strictest.set(account.number, judged)
  }
  return numbered.map((account) => ({
    account,
    judged: strictest.get(account.number) ?? judgeOwnership(account, companyName),
  }))
}

async function keepAccount(
  ports: ConsentPorts,
  tx: Tx,
  found: { consent: ConsentRow; company: CompanyRow } & Judged,
): Promise<void> {
  const { consent, company, account, judged } = found
  const { number } = account
  const isPrivate =
    judged.kind === 'private' ||
    (judged.kind === 'doubtful' && (await wasPrivate(ports, tx, consent, number)))
  if (isPrivate) return ignore(ports, tx, consent, number)
  const known = await upsertAccount(tx, { consent, account, number, judged })
  if (isInDoubt(known, judged)) return noteDoubt(tx, known, judged)
  const row = await linkBank(tx, known, consent)
  await tx.prisma.accountAccess.createMany({
    data: [
      {
        id: newId('access', tx.now),
        clientId: tx.clientId,
        companyId: company.id,
        accountId: row.id,
        consentId: consent.id,
        resourceId: account.resourceId,
        createdAt: tx.now,
      },
    ],
    skipDuplicates: true,
  })
  if (row.state === 'discovered' && judged.kind === 'business') await enable(tx, row)
  else if (row.state === 'enabled' || row.state === 'stale') await readAgain(tx, row, consent)
}

/** A bank that once called an account private and now says nothing of it has not taken that back. */
async function wasPrivate(
  ports: ConsentPorts,
  tx: Tx,
  { companyId }: ConsentRow,
  number: string,
): Promise<boolean> {
  const numberHash = ports.vault.keyedHash('private_account', number)
  const found = await tx.prisma.ignoredAccount.count({
    where: { clientId: tx.clientId, companyId, numberHash },
  })
  return found > 0
}

/** Nothing but a keyed hash of its number is kept, and what was once taken for the company's is not read by this consent. */
async function ignore(ports: ConsentPorts, tx: Tx, consent: ConsentRow, number: string): Promise<void> {
  const { clientId } = tx
  const { companyId, institutionId } = consent
  const numberHash = ports.vault.keyedHash('private_account', number)
  await tx.prisma.ignoredAccount.createMany({
    data: [{ clientId, companyId, numberHash, institutionId, createdAt: tx.now }],
    skipDuplicates: true,
  })
  await tx.prisma.accountAccess.deleteMany({
    where: { clientId, consentId: consent.id, accountRef: { companyId, number } },
  })
  const doubtful = await tx.prisma.account.findMany({
    where: { clientId, companyId, number, state: 'discovered' },
  })
  for (const { id } of doubtful) await forgetDoubtful(tx, { id, companyId }, numberHash)
}

/** It was kept until its owner was certain, and never read: now it is, and what was kept of it goes. */
async function forgetDoubtful(
  tx: Tx,
  account: { readonly id: string; readonly companyId: string },
  numberHash: string,
): Promise<void> {
  await tx.prisma.account.update({
    where: { id: account.id },
    data: {
      number: numberHash,
      ...{ iban: null, bban: null, name: null, ownerName: null, product: null, nextSyncAt: null },
      ownership: 'refused',
      ownershipEvidence: 'usage PRIV',
    },
  })
  await moveState(tx, accountMachine, account.id, 'discovered', 'ignored', {
    actor,
    companyId: account.companyId,
    event: 'account.state_changed',
  })
}

/**
 * Another consent for an account that is read already changes nothing in its plan, unless it had none any more, or the
 * person is there: then the bank gives what it does not give without them.
 */
async function readAgain(tx: Tx, account: AccountRow, consent: ConsentRow): Promise<void> {
  if (account.nextSyncAt !== null && !presentAt(consent, tx.now)) return
  await readNow(tx, account)
}

async function readNow(tx: Tx, account: AccountRow): Promise<void> {
  const { id, companyId } = account
  await tx.prisma.account.update({ where: { id }, data: { nextSyncAt: tx.now } })
  await schedule(tx, { kind: 'statements-sync', subjectId: id, companyId, dueAt: tx.now })
}

async function upsertAccount(
  tx: Tx,
  found: { consent: ConsentRow; account: BankAccount; number: string; judged: Ownership },
): Promise<AccountRow> {
  const { consent, account, number, judged } = found
  const key = { clientId: tx.clientId, companyId: consent.companyId, number, currency: account.currency }
  const made = await tx.prisma.account.createMany({
    data: [
      {
        id: newId('account', tx.now),
        ...key,
        connectionId: consent.connectionId,
        institutionId: consent.institutionId,
        route: consent.route,
        iban: account.iban ?? (number.startsWith('NO') ? number : null),
        bban: account.bban ?? ibanToBban(number) ?? null,
        name: account.name ?? null,
        ownerName: account.ownerName ?? null,
        product: account.product ?? null,
        state: 'discovered',
        ownership: judged.ownership,
        ownershipEvidence: judged.evidence,
        createdAt: tx.now,
      },
    ],
    skipDuplicates: true,
  })
  const row = await tx.prisma.account.findUniqueOrThrow({
    where: { clientId_companyId_number_currency: key },
  })
  if (made.count === 1) {
    const about = { resourceType: 'account', resourceId: row.id, companyId: row.companyId }
    await recordAudit(tx, { actor, action: 'account.discover', ...about })
    await appendEvent(tx, { type: 'account.discovered', ...about })
  }
  return row
}

/** Handed in by file it counts as declared; for the bank's word to be read, that must be certain, or a person's. */
function isInDoubt(known: AccountRow, judged: Ownership): boolean {
  if (judged.kind !== 'doubtful' || known.ownership === 'confirmed') return false
  return known.connectionId === null && known.state !== 'discovered'
}

/** The consent does not reach the account, and what was handed in stays. */
async function noteDoubt(tx: Tx, known: AccountRow, { ownership, evidence }: Ownership): Promise<void> {
  if (known.ownershipEvidence === evidence) return
  const data = { ownership, ownershipEvidence: evidence }
  await tx.prisma.account.update({ where: { id: known.id }, data })
  await recordAudit(tx, {
    actor,
    action: 'account.owner_doubtful',
    resourceType: 'account',
    resourceId: known.id,
    companyId: known.companyId,
  })
}

/** What was known from files only has a bank behind it from here on. */
async function linkBank(tx: Tx, known: AccountRow, consent: ConsentRow): Promise<AccountRow> {
  if (known.connectionId) return known
  const { connectionId, institutionId, route } = consent
  return tx.prisma.account.update({ where: { id: known.id }, data: { connectionId, institutionId, route } })
}

async function enable(tx: Tx, account: AccountRow): Promise<void> {
  await moveState(tx, accountMachine, account.id, 'discovered', 'enabled', {
    actor,
    companyId: account.companyId,
    event: 'account.state_changed',
  })
  await readNow(tx, account)
}
