// A company with an account in a database of its own, and a bank that is a table in memory.
import { randomBytes } from 'node:crypto'
import { pino } from 'pino'
import type {
  Connector,
  ConsentState,
  Manifest,
  StatementReads,
  TransactionQuery,
} from '../../src/connectors/connector.ts'
import type { Registry } from '../../src/connectors/registry.ts'
import { openDb } from '../../src/db.ts'
import { addDays } from '../../src/domain/clock.ts'
import { newId } from '../../src/domain/ids.ts'
import { connectionMachine, consentMachine } from '../../src/domain/machines.ts'
import type { StatedBalance, StatementEntry } from '../../src/domain/statement.ts'
import { moveState } from '../../src/events/move.ts'
import type { StatementPorts } from '../../src/statements/ports.ts'
import { createVault } from '../../src/vault.ts'
import { testClock } from './api.ts'
import { freshDatabase } from './database.ts'

export type BankRow = {
  day: string
  minor: bigint
  kid?: string
  text?: string
  pending?: boolean
  id?: string
}

export const nok = (minor: bigint) => ({ minor, currency: 'NOK' })

export function entryOf(row: BankRow): StatementEntry {
  return {
    status: row.pending ? 'pending' : 'booked',
    amount: nok(row.minor),
    ...(row.pending ? {} : { bookingDate: row.day, valueDate: row.day }),
    reversal: false,
    bankIds: row.id ? { transactionId: row.id } : {},
    ...(row.text ? { text: row.text } : {}),
    details: [{ amount: nok(row.minor), references: row.kid ? { kid: row.kid } : {} }],
  }
}

/** A bank whose ledger the test writes; it answers in pages and states balances as it is told to. */
export type FakeBank = {
  rows: BankRow[]
  openingMinor: bigint
  pageSize: number
  statesClosing: boolean
  /** What it says of the balances it knows. */
  states: (balances: StatedBalance[]) => StatedBalance[]
  idStability: Manifest['idStability']
  /** What it allows; no limit that a test would meet unless it is set. */
  readsPerDay: number
  readWindow: Manifest['readWindow']
  historyDays: number
  historyDaysPresent: number
  /** What the bank says of any consent that it is asked about. */
  consentState: ConsentState
  /** Rows that it leaves out of its answers. */
  hides: (row: BankRow) => boolean
  /** Called before every answer; may throw. */
  meddle: (call: 'balances' | 'transactions', query?: TransactionQuery) => void
  unreadable: number
  calls: string[]
  /** First day and present person of each read that began, and by which consent. */
  began: { from: string; psu: string | undefined; consent: string | undefined }[]
  today: () => string
}

export function fakeBank(today: () => string): FakeBank {
  return {
    rows: [],
    openingMinor: 100_000n,
    pageSize: 3,
    statesClosing: true,
    states: (balances) => balances,
    idStability: 'unstable',
    readsPerDay: 1000,
    readWindow: 'rolling_24h',
    historyDays: 30,
    historyDaysPresent: 30,
    consentState: 'valid',
    hides: () => false,
    meddle: () => {},
    unreadable: 0,
    calls: [],
    began: [],
    today,
  }
}

function balancesOf(bank: FakeBank): StatedBalance[] {
  const booked = bank.rows.filter((row) => !row.pending)
  const upTo = (day: string) =>
    booked.filter((row) => row.day <= day).reduce((sum, row) => sum + row.minor, bank.openingMinor)
  const today = bank.today()
  const interim: StatedBalance = {
    type: 'interimBooked',
    code: 'interimBooked',
    amount: nok(upTo('9999')),
    date: today,
  }
  if (!bank.statesClosing) return [interim]
  const closing = Array.from({ length: 40 }, (_none, i) => addDays(today, -1 - i)).map(
    (date): StatedBalance => ({
      type: 'closingBooked',
      code: 'closingBooked',
      amount: nok(upTo(date)),
      date,
    }),
  )
  return [interim, ...closing]
}

export function readsOf(bank: FakeBank): StatementReads {
  return {
    async balances() {
      bank.calls.push('balances')
      bank.meddle('balances')
      return bank.states(balancesOf(bank))
    },
    async transactions(session, _account, query) {
      bank.calls.push(`transactions ${query.cursor ?? 'first'}`)
      if (query.cursor === undefined) {
        bank.began.push({ from: query.from, psu: session.psu?.ipAddress, consent: session.memory.id })
      }
      bank.meddle('transactions', query)
      const all = bank.rows
        .filter((row) => row.pending || (row.day >= query.from && row.day <= query.to))
        .filter((row) => !bank.hides(row))
      const at = Number(query.cursor ?? 0)
      const more = at + bank.pageSize < all.length
      const rows = all.slice(at, at + bank.pageSize)
      const raw = Buffer.from(JSON.stringify(rows.map(({ day, text }) => ({ day, text }))))
      const unreadable =
        at === 0 ? Array.from({ length: bank.unreadable }, () => ({ path: 'x', detail: 'odd', raw: '' })) : []
      return {
        entries: rows.map(entryOf),
        balances: [],
        unreadable,
        raw,
        ...(more ? { next: String(at + bank.pageSize) } : {}),
      }
    },
  }
}

function connectorOf(bank: FakeBank): Connector {
  return {
    manifest: {
      id: 'test',
      institutions: ['testbank'],
      origins: [],
      scaOrigins: [],
      get historyDays() {
        return bank.historyDays
      },
      get historyDaysPresent() {
        return bank.historyDaysPresent
      },
      consentDaysMax: 180,
      get unattendedReadsPerDay() {
        return bank.readsPerDay
      },
      get readWindow() {
        return bank.readWindow
      },
      timeZone: 'Europe/Oslo',
      scaApproaches: ['redirect'],
      get idStability() {
        return bank.idStability
      },
      multipleConsents: true,
      replaySafe: true,
      scaAlways: false,
      approval: 'psd2_sca',
      get statesClosingBalances() {
        return bank.statesClosing
      },
    },
    consent: {
      create: unused,
      status: async () => ({ state: bank.consentState }),
      revoke: unused,
    },
    accounts: unused,
    statements: readsOf(bank),
    close: async () => {},
  }
}

async function unused(): Promise<never> {
  throw new Error('no part of this test')
}

/** A database for a test file; each test has a client of its own in it. */
export async function openBenches() {
  const database = await freshDatabase()
  return {
    bench: () => bench(database.appUrl),
    close: () => database.drop(),
  }
}

async function bench(url: string) {
  const start = '2026-03-10T08:00:00Z'
  const clock = testClock(start)
  const db = openDb({ url, poolSize: 6, clock })
  const bank = fakeBank(() => clock.now().toISOString().slice(0, 10))
  /** The same bank by its other route: its rows are what the test says. */
  const twin = fakeBank(() => clock.now().toISOString().slice(0, 10))
  const ways: Record<string, Connector> = { main: connectorOf(bank), second: connectorOf(twin) }
  const registry = {
    routesOf: () => Object.keys(ways),
    connectorFor: (_id: string, route = 'main') => ways[route],
  } as unknown as Registry
  const ports = {
    db,
    clock,
    registry,
    vault: createVault({ keyEncryptionKey: randomBytes(32), indexKey: randomBytes(32) }),
    log: pino({ level: 'silent' }),
    kind: 'sandbox',
    publicUrl: 'http://localhost:8080',
  } as unknown as StatementPorts
  const clientId = newId('client', clock.now())
  const world = await db.forClient(clientId, async (tx) => {
    await tx.prisma.apiClient.create({
      data: { id: clientId, name: 'Test', mode: 'sandbox', createdAt: tx.now },
    })
    const companyId = newId('company', tx.now)
    const own = { clientId, companyId, createdAt: tx.now }
    await tx.prisma.company.create({
      data: { id: companyId, clientId, organisationNumber: '999999999', name: 'Prøve AS', createdAt: tx.now },
    })
    const userId = newId('user', tx.now)
    await tx.prisma.user.create({
      data: { ...own, id: userId, name: 'Kari Prøve', email: 'kari@example.test', roles: [] },
    } as unknown as Parameters<typeof tx.prisma.user.create>[0])
    const connectionId = newId('connection', tx.now)
    const bankOf = { ...own, institutionId: 'testbank' }
    await tx.prisma.connection.create({ data: { ...bankOf, id: connectionId, state: 'pending_consent' } })
    const facts = { actor: { kind: 'job', id: 'test' }, companyId } as const
    await moveState(tx, connectionMachine, connectionId, 'pending_consent', 'connecting', facts)
    await moveState(tx, connectionMachine, connectionId, 'connecting', 'active', facts)
    const accountId = newId('account', tx.now)
    await tx.prisma.account.create({
      data: {
        ...bankOf,
        id: accountId,
        connectionId,
        number: 'NO9386011117947',
        currency: 'NOK',
        state: 'discovered',
        ownership: 'confirmed',
        ownershipEvidence: 'test',
      },
    })
    await tx.prisma.$executeRaw`update account set state = 'enabled' where id = ${accountId}`
    return { companyId, userId, connectionId, accountId }
  })
  /** Another person's consent that reaches the account. */
  const addConsent = (route = 'main', validUntil = '2026-08-01') =>
    db.forClient(clientId, async (tx) => {
      const id = newId('consent', tx.now)
      const own = { clientId, companyId: world.companyId, createdAt: tx.now }
      const { userId, connectionId, accountId } = world
      await tx.prisma.consent.create({
        data: {
          ...own,
          id,
          userId,
          connectionId,
          institutionId: 'testbank',
          route,
          state: 'created',
          requestId: id,
          memory: await ports.vault.seal(
            tx,
            { kind: 'company', companyId: world.companyId },
            JSON.stringify({ id }),
          ),
          validUntil,
          frequencyPerDay: 1000,
        },
      })
      const facts = { actor: { kind: 'job', id: 'test' }, companyId: world.companyId } as const
      await moveState(tx, consentMachine, id, 'created', 'awaiting_sca', facts)
      await moveState(tx, consentMachine, id, 'awaiting_sca', 'active', facts)
      await tx.prisma.accountAccess.create({
        data: { ...own, id: newId('account', tx.now), accountId, consentId: id, resourceId: 'r1' },
      })
      return id
    })
  const within = <T>(work: Parameters<typeof db.forClient<T>>[1]) => db.forClient(clientId, work)
  return {
    ...world,
    clock,
    db,
    bank,
    twin,
    ports,
    clientId,
    addConsent,
    within,
    /** What is stored and not removed, as texts. */
    stored: () =>
      within(async (tx) => {
        const rows = await tx.prisma.entry.findMany({ where: { state: { not: 'removed' } } })
        return rows
          .map((row) => `${row.bookingDate} ${row.amountMinor} ${row.kid ?? ''} ${row.text ?? ''}`)
          .sort()
      }),
    days: () =>
      within(async (tx) => {
        const rows = await tx.prisma.accountDay.findMany({ orderBy: { date: 'asc' } })
        return new Map(rows.map((row) => [row.date, row]))
      }),
    events: (type: string) =>
      within((tx) => tx.prisma.event.findMany({ where: { type }, orderBy: { id: 'asc' } })),
    close: () => db.close(),
  }
}
export type Bench = Awaited<ReturnType<typeof bench>>

export const ledgerOf = (bank: FakeBank) =>
  bank.rows
    .map((row) => `${row.pending ? null : row.day} ${row.minor} ${row.kid ?? ''} ${row.text ?? ''}`)
    .sort()
