import { newId } from '../../src/domain/ids.ts'
import { reconcileAccount } from '../../src/reconciliation/match.ts'
import { createOpenItem, type NewOpenItem, type OpenItemRow } from '../../src/reconciliation/open-items.ts'
import { apiKey, type Rooms } from '../support/rooms.ts'

export type Place = { readonly companyId: string; readonly accountId: string }
export type TestDetail = {
  readonly minor?: bigint
  readonly currency?: string
  readonly kid?: string
  readonly endToEndId?: string
}
export type TestEntry = TestDetail & {
  readonly minor: bigint
  readonly state?: 'booked' | 'pending'
  readonly bookingDate?: string
  readonly details?: readonly TestDetail[]
}

/** An account of a company that no bank is asked about. */
export async function newAccount(
  rooms: Rooms,
  companyId: string,
  number = 'NO9386011117947',
): Promise<string> {
  const id = newId('account', rooms.clock.now())
  await rooms.run((tx) =>
    tx.prisma.account.create({
      data: {
        id,
        clientId: tx.clientId,
        companyId,
        number,
        currency: 'NOK',
        state: 'discovered',
        ownership: 'declared',
        ownershipEvidence: 'test',
        createdAt: tx.now,
      },
    }),
  )
  return id
}

export async function newPlace(rooms: Rooms): Promise<Place> {
  const { id: companyId } = await rooms.company()
  return { companyId, accountId: await newAccount(rooms, companyId) }
}

/** A movement of the account, as ingest leaves it. Answers its id. */
export async function addEntry(
  rooms: Rooms,
  { companyId, accountId }: Place,
  entry: TestEntry,
): Promise<string> {
  const id = newId('transaction', rooms.clock.now())
  await rooms.run(async (tx) => {
    const own = { clientId: tx.clientId, companyId }
    await tx.prisma.entry.create({
      data: {
        ...own,
        id,
        accountId,
        sourceId: 'job_test',
        state: entry.state ?? 'booked',
        bookingDate: entry.bookingDate ?? '2026-01-05',
        amountMinor: entry.minor,
        currency: entry.currency ?? 'NOK',
        reversal: false,
        route: 'bank:main',
        addedSeq: 1n,
        changeSeq: 1n,
        kid: entry.kid ?? null,
        endToEndId: entry.endToEndId ?? null,
        identityHash: id,
        hash: id,
        revision: 1,
        firstSeenAt: tx.now,
        updatedAt: tx.now,
      },
    })
    for (const [position, detail] of (entry.details ?? []).entries()) {
      await tx.prisma.entryDetail.create({
        data: {
          ...own,
          id: newId('detail', tx.now),
          entryId: id,
          position,
          amountMinor: detail.minor ?? null,
          currency: detail.currency ?? null,
          kid: detail.kid ?? null,
          endToEndId: detail.endToEndId ?? null,
        },
      })
    }
  })
  return id
}

let items = 0

export function addItem(
  rooms: Rooms,
  place: Place,
  item: Partial<NewOpenItem> & { minor: bigint },
): Promise<OpenItemRow> {
  const { minor, ...more } = item
  items += 1
  const input: NewOpenItem = {
    companyId: place.companyId,
    externalId: `invoice-${items}`,
    direction: 'receivable',
    amount: { minor, currency: 'NOK' },
    kid: '2345676',
    ...more,
  }
  return rooms.run((tx) => createOpenItem(tx, apiKey, input))
}

export const reconcile = (rooms: Rooms, place: Place) =>
  rooms.run((tx) => reconcileAccount(tx, place.accountId))

export const readItem = (rooms: Rooms, id: string): Promise<OpenItemRow> =>
  rooms.run((tx) => tx.prisma.openItem.findUniqueOrThrow({ where: { id } }))

export const matchesOf = (rooms: Rooms, place: Place) =>
  rooms.run((tx) =>
    tx.prisma.match.findMany({ where: { companyId: place.companyId }, orderBy: { id: 'asc' } }),
  )
