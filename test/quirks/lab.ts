// The product against the sandbox's faults: real TLS, a real database, no fakes between.
import { randomBytes } from 'node:crypto'
import { pino } from 'pino'
import { expect } from 'vitest'
import type { HttpLimits } from '../../src/connectors/http-client.ts'
import { discoverAccounts } from '../../src/consent/accounts.ts'
import { registerCompany } from '../../src/consent/companies.ts'
import { beginConsent } from '../../src/consent/consents/begin.ts'
import { checkConsent } from '../../src/consent/consents/check.ts'
import { createConsent } from '../../src/consent/consents/create.ts'
import type { ConsentPorts } from '../../src/consent/ports.ts'
import { createUser } from '../../src/consent/users.ts'
import { openDb, type Tx } from '../../src/db.ts'
import { addDays, osloDate } from '../../src/domain/clock.ts'
import { newId } from '../../src/domain/ids.ts'
import { parseMoney } from '../../src/domain/money.ts'
import { type SyncOptions, syncAccount } from '../../src/statements/sync.ts'
import { createVault } from '../../src/vault.ts'
import { startBanks } from '../connectors/sandbox-bank.ts'
import { freshDatabase } from '../support/database.ts'
import { apiKey, visitorOf } from '../support/rooms.ts'

export type BankId = 'fjordbanken' | 'tindebanken'
type Row = {
  bookingDate: string
  amount: string
  kid: string | null
  text: string | null
  counterparty: { name: string } | null
}
type LedgerAccount = {
  bban: string
  owner: string
  usage: string
  bookings: Row[]
  dailyClosing: { date: string; amount: string }[]
}
type Ledger = { banks: { id: string; accounts: LedgerAccount[] }[] }
type NewRow = Partial<Record<'text' | 'kid' | 'bookingDate' | 'counterparty', string>>

type Within = <T>(work: (tx: Tx) => Promise<T>) => Promise<T>
type Control = Awaited<ReturnType<typeof startBanks>>['control']
const company = { organisationNumber: '312345676', name: 'EKSEMPELVERKSTEDET AS', form: 'AS' }
const historyDays = 90
const minorOf = (amount: string) => parseMoney(amount, 'NOK').minor

/** One sandbox and one database for a test file; each test has a customer of its own. */
export async function openLab(limits: HttpLimits = {}) {
  const [database, banks] = await Promise.all([freshDatabase(), startBanks(limits)])
  const { clock, control, registry } = banks
  // The tests begin in the morning, whenever they are run: what falls into a day is the same each time.
  const morning = Date.parse(`${addDays(osloDate(clock.now()), 1)}T07:00:00Z`)
  await control('clock', { advance: `PT${Math.ceil((morning - clock.now().getTime()) / 1000)}S` })
  const db = openDb({ url: database.appUrl, poolSize: 4, clock })
  const said: string[] = []
  const ports = {
    db,
    clock,
    registry,
    vault: createVault({ keyEncryptionKey: randomBytes(32), indexKey: randomBytes(32) }),
    log: pino({ level: 'info' }, { write: (line: string) => void said.push(line) }),
    kind: 'sandbox',
    publicUrl: 'http://localhost:8080',
    operator: { name: 'Testdrift AS' },
  } as unknown as ConsentPorts
  return {
    banks,
    clock,
    control,
    ports,
    /** What was logged. */
    said,
    fault: (bank: BankId, name: string, times: number | 'until_cleared' = 'until_cleared', more = {}) =>
      control('faults', { bank, name, times, ...more }),
    clear: async () => {
      for (const bank of ['fjordbanken', 'tindebanken']) await control('faults', { bank, times: 0 })
    },
    today: () => osloDate(clock.now()),
    pass: (duration: string) => control('clock', { advance: duration }),
    customer: (bank: BankId = 'fjordbanken') => openCustomer(ports, control, bank),
    async close() {
      await db.close()
      await banks.close()
      await database.drop()
    },
  }
}
export type Lab = Awaited<ReturnType<typeof openLab>>

/** The demo company at one of the banks, with Kari's consent and the accounts that it showed. */
async function openCustomer(ports: ConsentPorts, control: Control, bank: BankId) {
  const { db, clock } = ports
  const clientId = newId('client', clock.now())
  const within: Within = (work) => db.forClient(clientId, work)
  const people = await within((tx) => register(tx, clientId))
  const bban = (await truth(control, bank)).bban
  const from = addDays(osloDate(clock.now()), -historyDays)
  const consent = (route = 'main') => giveConsent(ports, control, clientId, { ...people, route }, bank)
  const discover = (consentId: string) => discoverAccounts(ports, clientId, consentId)
  const account = () => within((tx) => tx.prisma.account.findFirstOrThrow({ where: { clientId, bban } }))
  const sync = async (options: SyncOptions = {}) =>
    syncAccount(ports, clientId, (await account()).id, options)
  return {
    ports,
    clientId,
    bban,
    within,
    consent,
    discover,
    account,
    sync,
    /** A consent, its accounts and a first read. */
    async connected() {
      const consentId = await consent()
      await discover(consentId)
      await sync()
      return consentId
    },
    book: (amount: string, row: NewRow = {}) =>
      control('transactions', { account: bban, amount, currency: 'NOK', ...row }),
    /** A pending row that is booked tomorrow evening. */
    hold: (amount: string, text: string) =>
      control('transactions', {
        account: bban,
        amount,
        currency: 'NOK',
        text,
        status: 'pending',
        bookingDate: addDays(osloDate(clock.now()), 1),
      }),
    ledger: async () =>
      (await truth(control, bank)).bookings
        .filter((row) => row.bookingDate >= from)
        .map(lineOf)
        .sort(),
    stored: async () => (await entries(within)).filter(isBooked).map(lineOfEntry).sort(),
    /** Booking date and amount only. */
    amounts: async () =>
      (await entries(within))
        .filter(isBooked)
        .map((row) => `${row.bookingDate} ${row.amountMinor}`)
        .sort(),
    entries: () => entries(within),
    accounts: () => within((tx) => tx.prisma.account.findMany({ where: { clientId } })),
    /** How its consents, the oldest first, and its connection stand. */
    states: () =>
      within(async (tx) => {
        const consents = await tx.prisma.consent.findMany({ where: { clientId }, orderBy: { id: 'asc' } })
        const connection = await tx.prisma.connection.findFirstOrThrow({ where: { clientId } })
        return { consents: consents.map(({ state }) => state), connection: connection.state }
      }),
    job: () =>
      within((tx) => tx.prisma.syncJob.findFirstOrThrow({ where: { clientId }, orderBy: { id: 'desc' } })),
    events: (type: string) => within((tx) => tx.prisma.event.findMany({ where: { clientId, type } })),
    proofs: () => checkedProofs(within, control, bank),
  }
}
export type Customer = Awaited<ReturnType<typeof openCustomer>>

async function register(tx: Tx, clientId: string): Promise<{ companyId: string; userId: string }> {
  await tx.prisma.apiClient.create({
    data: { id: clientId, name: 'Regnskap Eksempel', mode: 'sandbox', createdAt: tx.now },
  })
  const { id: companyId } = await registerCompany(tx, apiKey, {
    ...company,
    registeredOn: '2019-03-01',
    problems: [],
  })
  await tx.prisma.company.update({ where: { id: companyId }, data: { activatedAt: tx.now } })
  const user = { companyId, name: 'Kari Eksempel', email: 'kari@example.com', roles: ['approver' as const] }
  return { companyId, userId: (await createUser(tx, apiKey, user)).id }
}

/** Asked for, begun on our page, approved at the bank, and heard of. */
async function giveConsent(
  ports: ConsentPorts,
  control: Control,
  clientId: string,
  people: { companyId: string; userId: string; route: string },
  institutionId: BankId,
): Promise<string> {
  const { consent } = await ports.db.forClient(clientId, (tx) =>
    createConsent(ports, tx, apiKey, { ...people, institutionId, language: 'nb' }),
  )
  const visitor = visitorOf({ id: people.userId })
  const place = { clientId, consentId: consent.id, returnUrl: 'http://127.0.0.1:9/back' }
  const url = await beginConsent(ports, visitor, place)
  await control('sca', { url, outcome: 'approve', person: 'kari' })
  expect(await checkConsent(ports, clientId, consent.id)).toBe('active')
  return consent.id
}

/** The company's first account as the bank's ledger has it. */
async function truth(control: Control, bank: BankId): Promise<LedgerAccount> {
  const { banks } = (await control('ledger')) as Ledger
  const accounts = banks.find(({ id }) => id === bank)?.accounts ?? []
  const found = accounts.find(({ owner, usage }) => owner === company.name && usage === 'ORGA')
  return found ?? expect.fail(`no account at ${bank}`)
}

const line = (...parts: unknown[]) => parts.map((part) => part ?? '-').join(' | ')
const lineOf = (row: Row) =>
  line(row.bookingDate, minorOf(row.amount), row.kid, row.text, row.counterparty?.name)

type EntryRow = Awaited<ReturnType<Tx['prisma']['entry']['findMany']>>[number]
const lineOfEntry = (row: EntryRow) =>
  line(row.bookingDate, row.amountMinor, row.kid, row.text, row.counterpartyName)
const isBooked = ({ state }: EntryRow) => state === 'booked' || state === 'reversed'

const entries = (within: Within) =>
  within((tx) => tx.prisma.entry.findMany({ where: { clientId: tx.clientId }, orderBy: { id: 'asc' } }))

/** Each day's judgement; a day that is called proven closes with what the ledger closes with. */
async function checkedProofs(within: Within, control: Control, bank: BankId): Promise<Map<string, string>> {
  const days = await within((tx) => tx.prisma.accountDay.findMany({ where: { clientId: tx.clientId } }))
  const closing = new Map((await truth(control, bank)).dailyClosing.map(({ date, amount }) => [date, amount]))
  for (const { date, proof, closingMinor } of days) {
    const amount = closing.get(date)
    if (proof === 'proven' && closingMinor !== null && amount !== undefined) {
      expect(`${date} ${closingMinor}`).toBe(`${date} ${minorOf(amount)}`)
    }
  }
  return new Map(days.map(({ date, proof }) => [date, proof]))
}

/** Stored is what the ledger says: none lost, none twice; and no day is called proven that is not. */
export async function expectTruth(at: Customer): Promise<void> {
  const [stored, ledger] = [await at.stored(), await at.ledger()]
  expect({ twice: without(stored, ledger), lost: without(ledger, stored) }).toEqual({ twice: [], lost: [] })
  await at.proofs()
}

function without(lines: readonly string[], others: readonly string[]): string[] {
  const left = [...others]
  return lines.filter((one) => {
    const at = left.indexOf(one)
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
}

/** What went wrong with it; fails when nothing did. */
export async function failureOf(work: Promise<unknown>) {
  const { ConnectorFailure } = await import('../../src/connectors/failure.ts')
  const error = await work.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  )
  if (error instanceof ConnectorFailure) return error
  throw error
}
