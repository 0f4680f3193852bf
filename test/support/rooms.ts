// The gate and the rooms behind it on a database of their own, with the outside world in memory.
import { randomBytes } from 'node:crypto'
import { pino } from 'pino'
import type { Actor } from '../../src/audit/record.ts'
import { type CompanyRow, registerCompany } from '../../src/consent/companies.ts'
import type { ConsentPorts, PageVisitor } from '../../src/consent/ports.ts'
import { createUser, type Role, type UserRow } from '../../src/consent/users.ts'
import { openDb, type Tx } from '../../src/db.ts'
import { newId } from '../../src/domain/ids.ts'
import { createVault } from '../../src/vault.ts'
import { type TestClock, testClock } from './api.ts'
import { connected, type FreshDatabase, freshDatabase } from './database.ts'
import { type FakeBank, fakeBank, fakeRegistry } from './fake-bank.ts'
import {
  type FakeBankId,
  type FakeRegister,
  type FakeSigning,
  fakeBankId,
  fakeRegister,
  fakeSigning,
  kari,
  type TestPerson,
} from './fake-identity.ts'

export const apiKey: Actor = { kind: 'api_key', id: 'key_test' }

export type Rooms = {
  readonly ports: ConsentPorts
  readonly clock: TestClock
  readonly clientId: string
  readonly database: FreshDatabase
  readonly bank: FakeBank
  readonly bankId: FakeBankId
  readonly signing: FakeSigning
  readonly register: FakeRegister
  run<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  /** A company and one person in it. */
  company(options?: { active?: boolean }): Promise<CompanyRow>
  person(company: CompanyRow, who?: TestPerson, roles?: readonly Role[]): Promise<UserRow>
  /** As the owner of the tables, for this client: row level security holds for the owner too. */
  owner<Row>(text: string, values?: unknown[]): Promise<Row[]>
  close(): Promise<void>
}

export async function testRooms(): Promise<Rooms> {
  const database = await freshDatabase()
  const clock = testClock('2026-01-05T08:00:00Z')
  const db = openDb({ url: database.appUrl, poolSize: 8, clock })
  const bank = fakeBank('fjordbanken', 'Fjordbanken')
  const [bankId, signing, register] = [fakeBankId(), fakeSigning(clock), fakeRegister()]
  const ports: ConsentPorts = {
    db,
    clock,
    vault: createVault({ keyEncryptionKey: randomBytes(32), indexKey: randomBytes(32) }),
    log: pino({ level: process.env.TEST_LOG ?? 'silent' }),
    kind: 'sandbox',
    publicUrl: 'http://localhost:8080',
    operator: { name: 'Testdrift AS' },
    registry: fakeRegistry([bank]),
    bankId,
    signing,
    signingRoots: [signing.root],
    register,
  }
  const clientId = newId('client', clock.now())
  const run: Rooms['run'] = (work) => db.forClient(clientId, work)
  await run((tx) =>
    tx.prisma.apiClient.create({
      data: { id: clientId, name: 'Regnskap Eksempel', mode: 'sandbox', createdAt: tx.now },
    }),
  )
  const made = people(run)
  return {
    ...made,
    ports,
    clock,
    clientId,
    database,
    bank,
    bankId,
    signing,
    register,
    run,
    owner: <Row>(text: string, values: unknown[] = []) =>
      connected(database.ownerUrl, async (client) => {
        await client.query(`select set_config('app.client_id', $1, false)`, [clientId])
        return (await client.query(text, values)).rows as Row[]
      }),
    async close() {
      await db.close()
      await database.drop()
    },
  }
}

let companies = 0

function people(run: Rooms['run']): Pick<Rooms, 'company' | 'person'> {
  return {
    company: ({ active = false } = {}) =>
      run(async (tx) => {
        companies += 1
        const company = await registerCompany(tx, apiKey, {
          organisationNumber: String(900000000 + companies),
          name: 'Eksempelverkstedet AS',
          form: 'AS',
          registeredOn: '2019-03-01',
          problems: [],
        })
        if (!active) return company
        return tx.prisma.company.update({ where: { id: company.id }, data: { activatedAt: tx.now } })
      }),
    person: (company, who = kari, roles = ['approver']) =>
      run((tx) =>
        createUser(tx, apiKey, {
          companyId: company.id,
          name: who.name,
          email: `${who.bankidAltsub}@example.com`,
          roles,
        }),
      ),
  }
}

/** A person on a page, as after BankID. */
export function visitorOf(user: { id: string }): PageVisitor {
  return { userId: user.id, sessionId: 'ses_test', ipAddress: '192.0.2.10', userAgent: 'Test browser' }
}

/** Secrets of the links in the letters to a person, in no order: read from the mail, the only place they are in. */
export async function linksTo(rooms: Rooms, userId: string): Promise<string[]> {
  return rooms.run(async (tx) => {
    const letters = await tx.prisma.message.findMany({
      where: { clientId: tx.clientId, userId },
      orderBy: { id: 'asc' },
    })
    const bodies = await Promise.all(letters.map(({ body }) => rooms.ports.vault.open(tx, body)))
    return bodies.map((body) => /\/l\/([\w-]+)/.exec(body)?.[1] ?? '')
  })
}

/** Types and data of the events about a resource, in order. */
export async function eventsOf(rooms: Rooms, resourceId: string): Promise<{ type: string; data: unknown }[]> {
  const events = await rooms.run((tx) =>
    tx.prisma.event.findMany({
      where: { clientId: tx.clientId, resourceId },
      orderBy: { sequence: 'asc' },
    }),
  )
  return events.map(({ type, data }) => ({ type, data }))
}

/** The states that a resource went through, by its events. */
export async function wayOf(rooms: Rooms, resourceId: string): Promise<string[]> {
  const events = await eventsOf(rooms, resourceId)
  return events.flatMap(({ data }) =>
    typeof data === 'object' && data !== null && 'to' in data ? [String(data.to)] : [],
  )
}

/** When a kind of work for a subject is due; null when it is not. */
export async function dueAt(rooms: Rooms, kind: string, subjectId: string): Promise<Date | null> {
  const row = await rooms.run((tx) =>
    tx.prisma.dueWork.findFirst({ where: { clientId: tx.clientId, kind, subjectId } }),
  )
  return row?.dueAt ?? null
}
