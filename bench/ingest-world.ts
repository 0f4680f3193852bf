import type { AccountRow } from '../src/consent/accounts.ts'
import { type Db, openDb, type Tx } from '../src/db.ts'
import { addDays } from '../src/domain/clock.ts'
import { newId } from '../src/domain/ids.ts'
import type { StatementEntry, StatementHead } from '../src/domain/statement.ts'
import { endStatement, newStatement, takeEntry } from '../src/statements/file-statement.ts'
import { ingestWindow } from '../src/statements/ingest.ts'
import { writeObservations } from '../src/statements/observations.ts'
import type { ThrownAway } from './database.ts'
import type { Ledger } from './ledger.ts'

export type World = {
  readonly db: Db
  readonly clientId: string
  readonly account: AccountRow
  readonly appUrl: string
  close(): Promise<void>
}

const now = new Date('2026-01-05T08:00:00Z')
/** A hundred thousand rows in one transaction. */
const patience = { timeoutMs: 600_000 }
/** The same in every database, so that rows of one can be put into another. */
const ids = {
  client: newId('client', now),
  company: newId('company', now),
  account: newId('account', now),
}

/** A company with one account in a fresh database. */
async function openWorld(server: ThrownAway): Promise<World> {
  const database = await server.fresh()
  const db = openDb({ url: database.appUrl, poolSize: 2, clock: { now: () => now } })
  const clientId = ids.client
  const account = await db.forClient(clientId, async (tx) => {
    const createdAt = tx.now
    await tx.prisma.apiClient.create({ data: { id: clientId, name: 'Bench', mode: 'sandbox', createdAt } })
    const companyId = ids.company
    await tx.prisma.company.create({
      data: { id: companyId, clientId, organisationNumber: '999999999', name: 'Prøve AS', createdAt },
    })
    const { id } = await tx.prisma.account.create({
      data: {
        ...{ id: ids.account, clientId, companyId, createdAt },
        ...{ number: 'NO9386011117947', currency: 'NOK', state: 'discovered' },
        ...{ ownership: 'confirmed', ownershipEvidence: 'bench' },
      },
    })
    return tx.prisma.account.update({ where: { id }, data: { state: 'enabled' } })
  })
  const close = async () => {
    await db.close()
    await database.drop()
  }
  return { db, clientId, account, appUrl: database.appUrl, close }
}

export async function withWorld<T>(server: ThrownAway, work: (world: World) => Promise<T>): Promise<T> {
  const world = await openWorld(server)
  try {
    return await work(world)
  } finally {
    await world.close()
  }
}

const inPage = 500

/** The whole ledger as a first read of a bank gives it: kept page by page, then one window. */
export async function ingestRead(world: World, ledger: Ledger): Promise<Ingested> {
  const { db, clientId, account } = world
  const sourceId = newId('job', now)
  const { from, to, entries, balances } = ledger
  const pages = Math.ceil(entries.length / inPage)
  await db.forClient(clientId, (tx) =>
    tx.prisma.syncJob.create({
      data: {
        ...{ id: sourceId, clientId, companyId: account.companyId, accountId: account.id, state: 'queued' },
        ...{ fromDate: from, toDate: to, pages, createdAt: tx.now },
      },
    }),
  )
  for (let page = 0; page < pages; page++) {
    const rows = entries.slice(page * inPage, (page + 1) * inPage)
    await db.forClient(clientId, (tx) => writeObservations(tx, account, { id: sourceId, page }, rows))
  }
  const window = { accountId: account.id, sourceId, route: 'bank:main', from, to, balances } as const
  return db.forClient(
    clientId,
    (tx) => ingestWindow(tx, { ...window, idStability: 'unstable', complete: true, pending: 'replace' }),
    patience,
  )
}

type Ingested = { readonly added: number; readonly provenDays: number }

/** The ledger as a file of twelve statements, one transaction for all. */
export async function ingestFile(world: World, ledger: Ledger): Promise<Ingested> {
  const months = [...Map.groupBy(ledger.entries, (entry) => entry.bookingDate?.slice(0, 7) ?? '')]
  return world.db.forClient(
    world.clientId,
    async (tx) => {
      let [added, provenDays] = [0, 0]
      for (const [month, entries] of months) {
        const result = await ingestMonth(tx, world.account, month, entries, ledger)
        added += result.added
        provenDays += result.provenDays
      }
      return { added, provenDays }
    },
    patience,
  )
}

async function ingestMonth(
  tx: Tx,
  account: AccountRow,
  month: string,
  entries: readonly StatementEntry[],
  ledger: Ledger,
): Promise<Ingested> {
  const open = newStatement(tx, { id: newId('file', tx.now), format: 'camt.053' }, account)
  for (const entry of entries) await takeEntry(tx, open, entry)
  const from = `${month}-01`
  const to = addDays(addDays(from, 31).slice(0, 8).concat('01'), -1)
  const closingOf = (day: string) =>
    ledger.balances.find(({ type, date }) => type === 'closingBooked' && date === day)
  const closing = closingOf(to)
  const amount = closingOf(addDays(from, -1))?.amount ?? { minor: 0n, currency: 'NOK' }
  const head: StatementHead = {
    ...{ id: `2025-${month}`, account: account.number, accountKind: 'IBAN', currency: 'NOK', from, to },
    balances: [{ type: 'openingBooked', code: 'OPBD', date: from, amount }, ...(closing ? [closing] : [])],
  }
  return endStatement(tx, open, account, head)
}
