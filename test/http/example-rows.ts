// One of each resource of a company, written straight into the database as client A: no bank, register or signature is
// needed to show that B cannot see it.
import { archive } from '../../src/archive.ts'
import type { Tx } from '../../src/db.ts'
import { type IdKind, newId } from '../../src/domain/ids.ts'
import type { TestApi } from '../support/api.ts'

type Kind = Extract<
  IdKind,
  | 'company'
  | 'user'
  | 'agreement'
  | 'connection'
  | 'consent'
  | 'account'
  | 'job'
  | 'file'
  | 'transaction'
  | 'ruling'
  | 'statement'
  | 'openItem'
  | 'payment'
  | 'match'
  | 'twin'
>
export type ExampleRows = Readonly<Record<Kind, string>>

const made = new WeakMap<TestApi, Promise<ExampleRows>>()

/** Ids of the rows, made once per API. */
export function exampleRows(api: TestApi): Promise<ExampleRows> {
  const known = made.get(api)
  if (known) return known
  const rows = api.db.forClient(api.a.clientId, async (tx) => {
    const ids = newIds(tx)
    await insertPeople(api, tx, ids)
    await insertBank(tx, ids)
    await insertMovements(tx, ids)
    return ids
  })
  made.set(api, rows)
  return rows
}

function newIds(tx: Tx): ExampleRows {
  const id = (kind: IdKind) => newId(kind, tx.now)
  return {
    company: id('company'),
    user: id('user'),
    agreement: id('agreement'),
    connection: id('connection'),
    consent: id('consent'),
    account: id('account'),
    job: id('job'),
    file: id('file'),
    transaction: id('transaction'),
    ruling: id('ruling'),
    statement: id('statement'),
    openItem: id('openItem'),
    payment: id('payment'),
    match: id('match'),
    twin: id('twin'),
  }
}

async function insertPeople(api: TestApi, tx: Tx, ids: ExampleRows): Promise<void> {
  const own = { clientId: tx.clientId, createdAt: tx.now }
  await tx.prisma.company.create({
    data: { ...own, id: ids.company, organisationNumber: '999999999', name: 'Eksempel AS' },
  })
  const person = { name: 'Test Person', email: 'person@example.com', roles: ['approver'] }
  await tx.prisma.user.create({ data: { ...own, ...person, id: ids.user, companyId: ids.company } })
  const documentId = await archive(tx, api.ports.vault, {
    companyId: ids.company,
    kind: 'agreement',
    mediaType: 'application/pdf',
    bytes: Buffer.from('%PDF-1.7 example'),
  })
  await tx.prisma.agreement.create({
    data: {
      ...own,
      id: ids.agreement,
      companyId: ids.company,
      state: 'draft',
      version: 1,
      language: 'nb',
      documentId,
    },
  })
}

async function insertBank(tx: Tx, ids: ExampleRows): Promise<void> {
  const own = { clientId: tx.clientId, companyId: ids.company, createdAt: tx.now }
  const bank = { institutionId: 'example-bank' }
  await tx.prisma.connection.create({
    data: { ...own, ...bank, id: ids.connection, state: 'pending_consent' },
  })
  await tx.prisma.consent.create({
    data: {
      ...own,
      ...bank,
      id: ids.consent,
      userId: ids.user,
      connectionId: ids.connection,
      state: 'created',
      requestId: 'example',
      frequencyPerDay: 4,
    },
  })
  await tx.prisma.account.create({
    data: {
      ...own,
      ...bank,
      id: ids.account,
      connectionId: ids.connection,
      number: '86011117947',
      bban: '86011117947',
      currency: 'NOK',
      state: 'discovered',
      ownership: 'declared',
      ownershipEvidence: 'example',
    },
  })
  const window = { accountId: ids.account, state: 'queued', fromDate: '2026-01-01', toDate: '2026-01-04' }
  await tx.prisma.syncJob.create({ data: { ...own, ...window, id: ids.job } })
  await tx.prisma.fileImport.create({
    data: {
      ...own,
      id: ids.file,
      archiveId: newId('archive', tx.now),
      sha256: '00',
      state: 'received',
      warnings: [],
    },
  })
}

async function insertMovements(tx: Tx, ids: ExampleRows): Promise<void> {
  const own = { clientId: tx.clientId, companyId: ids.company }
  const amount = { amountMinor: 12_345n, currency: 'NOK' }
  await tx.prisma.entry.create({
    data: {
      ...own,
      ...amount,
      id: ids.transaction,
      accountId: ids.account,
      sourceId: ids.file,
      state: 'booked',
      bookingDate: '2026-01-02',
      reversal: false,
      route: 'file:camt',
      addedSeq: 1n,
      changeSeq: 1n,
      identityHash: '00',
      hash: '00',
      revision: 1,
      firstSeenAt: tx.now,
      updatedAt: tx.now,
    },
  })
  const ruling = { kind: 'different', otherId: ids.transaction, identityHash: '00', decidedBy: 'example' }
  await tx.prisma.entryRuling.create({
    data: {
      ...own,
      ...ruling,
      id: ids.ruling,
      accountId: ids.account,
      entryId: ids.transaction,
      at: tx.now,
      undoneAt: tx.now,
    },
  })
  const head = {
    accountId: ids.account,
    sourceId: ids.file,
    bankStatementId: '1',
    route: 'file:camt',
    format: 'camt.053',
    currency: 'NOK',
    entries: 1,
  }
  await tx.prisma.routeTwin.create({
    data: {
      ...own,
      id: ids.twin,
      accountId: ids.account,
      route: 'second',
      fromDate: '2026-01-01',
      toDate: '2026-01-02',
      createdAt: tx.now,
    },
  })
  await tx.prisma.statement.create({ data: { ...own, ...head, id: ids.statement, createdAt: tx.now } })
  const item = { externalId: 'invoice-1', direction: 'receivable', state: 'open', remainingMinor: 12_345n }
  await tx.prisma.openItem.create({
    data: { ...own, ...amount, ...item, id: ids.openItem, createdAt: tx.now },
  })
  await tx.prisma.payment.create({
    data: {
      ...own,
      ...amount,
      id: ids.payment,
      accountId: ids.account,
      kind: 'norwegian-domestic',
      state: 'draft',
      creditorName: 'Leverandør AS',
      creditorAccount: '12345678903',
      endToEndId: 'example-1',
      preparedBy: 'example',
      createdAt: tx.now,
    },
  })
  const target = { entryId: ids.transaction, openItemId: ids.openItem, rule: 'kid', explanation: {} }
  await tx.prisma.match.create({ data: { ...own, ...amount, ...target, id: ids.match, createdAt: tx.now } })
}
