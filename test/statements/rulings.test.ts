import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { importFile } from '../../src/statements/files.ts'
import { listTellers } from '../../src/statements/revisions.ts'
import { mergeTransactions } from '../../src/statements/rule-merge.ts'
import { splitTransaction } from '../../src/statements/rule-split.ts'
import { undoRuling } from '../../src/statements/rule-undo.ts'
import { syncAccount } from '../../src/statements/sync.ts'
import { type BankRow, type Bench, ledgerOf, openBenches } from '../support/account-at-bank.ts'

let benches: Awaited<ReturnType<typeof openBenches>>
let at: Bench
beforeAll(async () => {
  benches = await openBenches()
})
afterAll(() => benches.close())
beforeEach(async () => {
  at = await benches.bench()
  await at.addConsent()
})
afterEach(() => at.close())

const hour = 3_600_000
const by = { actor: { kind: 'api_key', id: 'key_test' }, requestId: 'req_test' } as const
const sync = async () => {
  await syncAccount(at.ports, at.clientId, at.accountId)
  at.clock.advance(24 * hour)
}
const entries = () =>
  at.within((tx) =>
    tx.prisma.entry.findMany({ orderBy: { id: 'asc' }, include: { entryAliasEntryId: true } }),
  )
const only = async (text: string) => {
  const found = (await entries()).filter((row) => row.text === text && row.state !== 'removed')
  expect(found).toHaveLength(1)
  return found[0] as (typeof found)[number]
}
const states = async () =>
  Object.fromEntries((await entries()).map((row) => [row.id, `${row.state} ${row.text ?? ''}`]))
const split = (transactionId: string, revision = 0) =>
  at.within((tx) => splitTransaction(tx, by, { transactionId, off: { revision } }))
const merge = (transactionId: string, otherId: string) =>
  at.within((tx) => mergeTransactions(tx, by, { transactionId, otherId }))
const undo = (transactionId: string, rulingId: string) =>
  at.within((tx) => undoRuling(tx, by, { transactionId, rulingId }))
const audited = () => at.within((tx) => tx.prisma.auditEntry.findMany({ orderBy: { id: 'asc' } }))

const rent: BankRow = { day: '2026-03-05', minor: -900_000n, text: 'Husleie mars' }

describe('a split', () => {
  test('makes a hold a hold again and its booking a transaction of its own, and stays so', async () => {
    const hold: BankRow = { day: '2026-03-09', minor: -9900n, text: 'Varekjøp', pending: true }
    at.bank.rows = [rent, hold]
    await sync()
    const first = await only('Varekjøp')
    const booked: BankRow = { day: '2026-03-10', minor: -9900n, text: 'Varekjøp' }
    at.bank.rows = [rent, booked]
    await sync()
    expect((await only('Varekjøp')).id).toBe(first.id)
    const { otherId, ruling } = await split(first.id)
    expect(await states()).toMatchObject({ [first.id]: 'pending Varekjøp', [otherId]: 'booked Varekjøp' })
    expect(ruling).toMatchObject({
      kind: 'different',
      entryId: first.id,
      otherId,
      decidedBy: 'api_key:key_test',
    })
    // The bank shows the hold and the booking side by side, then the booking alone.
    at.bank.rows = [rent, booked, hold]
    await sync()
    expect(await states()).toMatchObject({ [first.id]: 'pending Varekjøp', [otherId]: 'booked Varekjøp' })
    at.bank.rows = [rent, booked]
    await sync()
    await sync()
    expect(await states()).toMatchObject({ [first.id]: 'removed Varekjøp', [otherId]: 'booked Varekjøp' })
    expect(await at.stored()).toEqual(ledgerOf(at.bank))
    expect((await audited()).map((row) => row.action)).toContain('transaction.split')
  })

  test('of words that were another payment: the old one is taken back, the new one keeps its id', async () => {
    at.bank.rows = [rent]
    await sync()
    const first = await only('Husleie mars')
    const fine: BankRow = { ...rent, text: 'Parkeringsbot' }
    at.bank.rows = [fine]
    await sync()
    expect((await only('Parkeringsbot')).id).toBe(first.id)
    const { otherId } = await split(first.id)
    expect(await states()).toEqual({ [first.id]: 'booked Husleie mars', [otherId]: 'booked Parkeringsbot' })
    await sync()
    expect(await states()).toEqual({ [first.id]: 'removed Husleie mars', [otherId]: 'booked Parkeringsbot' })
    at.bank.rows = [fine, rent]
    await sync()
    expect(await states()).toEqual({ [first.id]: 'booked Husleie mars', [otherId]: 'booked Parkeringsbot' })
    await expect(split(first.id)).rejects.toMatchObject({ code: 'ruling_refused' })
  })

  test('undone makes them one again', async () => {
    at.bank.rows = [rent]
    await sync()
    const { id } = await only('Husleie mars')
    at.bank.rows = [{ ...rent, text: 'Leie kontor' }]
    await sync()
    const { otherId, ruling } = await split(id)
    await sync()
    await undo(id, ruling.id)
    expect(await states()).toEqual({ [id]: 'booked Leie kontor', [otherId]: 'removed Leie kontor' })
    await sync()
    expect(await states()).toEqual({ [id]: 'booked Leie kontor', [otherId]: 'removed Leie kontor' })
    expect(await undo(id, ruling.id)).toMatchObject({ id: ruling.id })
  })

  test.each([
    ['a revision that is not there', 7],
    ['one that took no row', 1],
  ])('of %s is refused', async (_what, revision) => {
    at.bank.rows = [rent]
    await sync()
    at.bank.rows = [{ ...rent, text: 'Leie kontor' }]
    await sync()
    const { id } = await only('Leie kontor')
    at.bank.rows = []
    await sync()
    at.bank.rows = [{ ...rent, text: 'Leie kontor' }]
    await sync()
    await expect(split(id, revision)).rejects.toMatchObject({ code: 'ruling_refused' })
  })
})

const camt = (id: string, day: string, minor: bigint, text: string) => {
  const amount = `<Amt Ccy="NOK">${Number(minor < 0n ? -minor : minor) / 100}</Amt><CdtDbtInd>${minor < 0n ? 'DBIT' : 'CRDT'}</CdtDbtInd>`
  return Buffer.from(
    '<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><GrpHdr>' +
      `<MsgId>${id}</MsgId></GrpHdr><Stmt><Id>${id}</Id><Acct><Id><IBAN>NO9386011117947</IBAN></Id><Ccy>NOK</Ccy></Acct>` +
      `<Ntry>${amount}<Sts>BOOK</Sts><BookgDt><Dt>${day}</Dt></BookgDt><NtryDtls><TxDtls><RmtInf><Ustrd>${text}</Ustrd>` +
      '</RmtInf></TxDtls></NtryDtls></Ntry></Stmt></BkToCstmrStmt></Document>',
  )
}
const hand = (bytes: Buffer) =>
  at.within((tx) =>
    importFile(at.ports, tx, { companyId: at.companyId, name: 'f.xml', bytes, actor: by.actor }),
  )

test('a row of a file that was taken for a row of the bank, and added nothing, can be split off too', async () => {
  at.bank.rows = [rent]
  await sync()
  const { id } = await only('Husleie mars')
  await hand(camt('1', rent.day, rent.minor, 'OVERFØRING UTLAND'))
  expect(await at.within((tx) => listTellers(tx, id))).toEqual(['file:camt'])
  const { otherId } = await at.within((tx) =>
    splitTransaction(tx, by, { transactionId: id, off: { route: 'file:camt' } }),
  )
  const two = { [id]: 'booked Husleie mars', [otherId]: 'booked OVERFØRING UTLAND' }
  expect(await states()).toEqual(two)
  await hand(camt('2', rent.day, rent.minor, 'OVERFØRING UTLAND'))
  expect(await states()).toEqual(two)
  at.bank.rows = [rent, { ...rent, text: 'Overføring utland' }]
  await sync()
  expect(await states()).toEqual(two)
})

describe('a merger', () => {
  test('of what a file dated otherwise: its rows are taken for the other one from then on', async () => {
    at.bank.rows = [rent]
    await sync()
    await hand(camt('1', '2026-03-02', rent.minor, 'OVERFØRING UTLAND'))
    const [own, other] = [await only('Husleie mars'), await only('OVERFØRING UTLAND')]
    const ruling = await merge(own.id, other.id)
    const merged = { [own.id]: 'booked Husleie mars', [other.id]: 'removed OVERFØRING UTLAND' }
    expect(await states()).toEqual(merged)
    expect(await merge(own.id, other.id)).toMatchObject({ id: ruling.id })
    await hand(camt('2', '2026-03-02', rent.minor, 'OVERFØRING UTLAND'))
    await sync()
    await sync()
    expect(await states()).toEqual(merged)
    expect(await at.stored()).toEqual(ledgerOf(at.bank))
    const told = await at.events('transaction.removed')
    expect(told.at(-1)?.data).toMatchObject({ sourceId: ruling.id, transactionIds: [other.id] })
    await undo(own.id, ruling.id)
    expect(await states()).toEqual({
      [own.id]: 'booked Husleie mars',
      [other.id]: 'booked OVERFØRING UTLAND',
    })
  })

  test('of equal rows that a bank lists both counts one of them, and a third is still new', async () => {
    const fee: BankRow = { day: '2026-03-05', minor: -4900n, text: 'Gebyr', id: 'a' }
    at.bank.rows = [fee, { ...fee, id: 'b' }]
    await sync()
    const [one, two] = await entries()
    const ruling = await merge(one?.id ?? '', two?.id ?? '')
    await sync()
    expect(await at.stored()).toHaveLength(1)
    at.bank.rows = [fee, { ...fee, id: 'b' }, { ...fee, id: 'c' }]
    await sync()
    await sync()
    expect(await at.stored()).toHaveLength(2)
    await undo(two?.id ?? '', ruling.id)
    expect(await at.stored()).toEqual(ledgerOf(at.bank))
    await sync()
    expect(await at.stored()).toEqual(ledgerOf(at.bank))
    const ids = (await entries()).map((row) => row.id)
    expect(ids).toHaveLength(3)
  })

  test('holds where the transaction that stays was taken back: a row of the other one brings it back', async () => {
    const twin: BankRow = { ...rent, day: '2026-03-06', text: 'Leie' }
    at.bank.rows = [rent, twin]
    await sync()
    const [own, other] = [await only('Husleie mars'), await only('Leie')]
    await merge(own.id, other.id)
    at.bank.rows = [twin]
    await sync()
    expect(await states()).toEqual({ [own.id]: 'booked Husleie mars', [other.id]: 'removed Leie' })
    at.bank.rows = []
    await sync()
    expect(await states()).toEqual({ [own.id]: 'removed Husleie mars', [other.id]: 'removed Leie' })
    at.bank.rows = [twin]
    await sync()
    expect(await states()).toEqual({ [own.id]: 'booked Husleie mars', [other.id]: 'removed Leie' })
  })

  test('is refused between different amounts, and of a booked one into a pending one', async () => {
    at.bank.rows = [
      rent,
      { ...rent, minor: -1n, text: 'Gebyr' },
      { ...rent, text: 'Reservert', pending: true },
    ]
    await sync()
    const [own, less, hold] = [await only('Husleie mars'), await only('Gebyr'), await only('Reservert')]
    await expect(merge(own.id, less.id)).rejects.toMatchObject({ code: 'ruling_refused' })
    await expect(merge(hold.id, own.id)).rejects.toMatchObject({ code: 'ruling_refused' })
    await expect(merge(own.id, own.id)).rejects.toMatchObject({ code: 'ruling_refused' })
    await expect(merge(own.id, `txn_${'0'.repeat(26)}`)).rejects.toMatchObject({ code: 'reference_unknown' })
  })
})
