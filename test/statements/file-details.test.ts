// Notices (camt.054, OCR giro, AvtaleGiro): details for entries that are stated elsewhere, before or after them.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { importFile, rereadFile } from '../../src/statements/files.ts'
import { syncAccount } from '../../src/statements/sync.ts'
import { type BankRow, type Bench, openBenches } from '../support/account-at-bank.ts'
import { camt, notice } from '../support/camt-text.ts'
import { ocrFile } from '../support/ocr-text.ts'

let benches: Awaited<ReturnType<typeof openBenches>>
let at: Bench
beforeAll(async () => {
  benches = await openBenches()
})
afterAll(() => benches.close())
beforeEach(async () => {
  at = await benches.bench()
})
afterEach(() => at.close())

const actor = { kind: 'api_key', id: 'test' } as const
const hand = async (bytes: Uint8Array) =>
  (await at.within((tx) => importFile(at.ports, tx, { companyId: at.companyId, bytes, actor }))).file

const day = '2026-03-02'
const statement = (rows: BankRow[], id = 'S1') => camt({ id, day, opening: 100_000n, rows })
const kids = () =>
  at.within(async (tx) => {
    const rows = await tx.prisma.entryDetail.findMany({ orderBy: [{ entryId: 'asc' }, { position: 'asc' }] })
    return rows.map((row) => `${row.amountMinor} ${row.kid ?? ''}`)
  })
const attachments = () => at.within((tx) => tx.prisma.entryAttachment.count())
const dueKinds = () => at.within(async (tx) => (await tx.prisma.dueWork.findMany()).map(({ kind }) => kind))

const nok = (minor: number) => `<Amt Ccy="NOK">${(minor / 100).toFixed(2)}</Amt>`
type Told = { minor: number; kid?: string; e2e?: string; reference?: string }
/** One line on the account, with the payments inside it. */
const line = (minor: number, told: Told[], { reference = '', on = day, batch = '' } = {}) =>
  `<Ntry>${nok(minor)}<CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>${on}</Dt></BookgDt>` +
  `${reference ? `<AcctSvcrRef>${reference}</AcctSvcrRef>` : ''}<BkTxCd/><NtryDtls>` +
  `${batch ? `<Btch><PmtInfId>${batch}</PmtInfId></Btch>` : ''}${told.map(detail).join('')}</NtryDtls></Ntry>`
const detail = ({ minor, kid, e2e }: Told) =>
  `<TxDtls><Refs>${e2e ? `<EndToEndId>${e2e}</EndToEndId>` : ''}</Refs><AmtDtls><TxAmt>${nok(minor)}</TxAmt></AmtDtls>` +
  `<RmtInf>${kid ? `<Strd><CdtrRefInf><Ref>${kid}</Ref></CdtrRefInf></Strd>` : ''}</RmtInf></TxDtls>`

const three = [
  { minor: 30_000, kid: '2345676' },
  { minor: 20_000, kid: '1234566' },
  { minor: 10_000, kid: '5678909' },
]
const batch: BankRow = { day, minor: 60_000n, text: 'Innbetalinger', id: 'REF-1' }

test('a camt.054 gives an entry its payments, moves no balance, and does so once', async () => {
  await hand(statement([batch, { day, minor: 60_000n, text: 'Annet', id: 'REF-2' }]))
  const before = await at.stored()
  await at.within((tx) =>
    tx.prisma.dueWork.deleteMany({ where: { clientId: tx.clientId, kind: 'reconcile' } }),
  )
  const file = await hand(notice('N1', line(60_000, three, { reference: 'REF-1' })))
  expect(file).toMatchObject({ state: 'imported', format: 'camt.054', added: 0, revised: 1, warnings: [] })
  expect(await at.stored()).toEqual(before)
  expect(await kids()).toEqual(['30000 2345676', '20000 1234566', '10000 5678909', '60000 '])
  expect(await dueKinds()).toContain('reconcile')
  expect(await hand(notice('N2', line(60_000, three, { reference: 'REF-1' })))).toMatchObject({
    state: 'imported_no_change',
    warnings: [],
  })
  expect(await kids()).toHaveLength(4)
  const [revision] = await at.within((tx) => tx.prisma.entryRevision.findMany())
  expect(revision).toMatchObject({ reason: 'attached', confidence: 'high' })
  // The statement again, under another id, takes nothing away.
  await hand(statement([batch, { day, minor: 60_000n, text: 'Annet', id: 'REF-2' }], 'S1b'))
  expect(await kids()).toHaveLength(4)
})

test('a notice that comes first waits, for a file or for a read of the bank', async () => {
  const file = await hand(notice('N1', line(60_000, three)))
  expect(file).toMatchObject({ state: 'imported', warnings: [{ rule: 'details_waiting' }] })
  expect(await at.stored()).toEqual([])
  await at.addConsent()
  at.bank.rows = [{ day, minor: 60_000n, text: 'OCR' }]
  await syncAccount(at.ports, at.clientId, at.accountId)
  expect(await kids()).toEqual(['30000 2345676', '20000 1234566', '10000 5678909'])
  expect(await attachments()).toBe(1)
  const again = await syncAccount(at.ports, at.clientId, at.accountId)
  expect(again).toMatchObject({ state: 'succeeded_no_change' })
  expect(await kids()).toHaveLength(3)
})

test('what could belong to several entries is not attached, and named', async () => {
  const other = { day, minor: 60_000n, text: 'Noe annet' }
  await hand(statement([{ ...batch, id: '' }, other]))
  const file = await hand(notice('N1', line(60_000, three)))
  expect(file.warnings).toMatchObject([
    { rule: 'details_ambiguous', detail: expect.stringMatching(/^3 payments in/) },
  ])
  expect(await attachments()).toBe(0)
  // Batch id and day are enough where the statement has them.
  await hand(statement([{ ...batch, minor: 70_000n, id: 'REF-9' }], 'S2'))
  expect(
    await hand(notice('N2', line(70_000, [{ minor: 70_000, kid: '2345676' }], { on: '2026-03-04' }))),
  ).toMatchObject({
    revised: 1,
  })
})

test('equal notices for equal entries are as many as they are', async () => {
  const twin = { day, minor: 500n, text: 'Vipps' }
  await hand(statement([twin, twin]))
  const two = line(500, [{ minor: 500, kid: '2345676' }]).repeat(2)
  expect(await hand(notice('N1', two))).toMatchObject({ revised: 2, warnings: [] })
  expect(await hand(notice('N2', two))).toMatchObject({ revised: 0, warnings: [] })
  expect(await kids()).toEqual(['500 2345676', '500 2345676'])
})

test('an OCR file gives each partial settlement its payments', async () => {
  await hand(statement([batch, { day, minor: 25_000n, text: 'OCR' }]))
  const file = ocrFile([
    ...three.map(({ minor, kid }) => ({ minor, kid, day, settlement: 1 })),
    { minor: 25_000, kid: '9999993', day, settlement: 2 },
  ])
  expect(await hand(file)).toMatchObject({
    state: 'imported',
    format: 'nets-ocr',
    entries: 4,
    revised: 2,
    warnings: [],
  })
  expect(await kids()).toEqual(['30000 2345676', '20000 1234566', '10000 5678909', '25000 9999993'])
  expect(await attachments()).toBe(4)
  const days = await at.within((tx) => tx.prisma.statement.findMany({ where: { detailsOnly: true } }))
  expect(days).toMatchObject([{ attached: 4, entries: 4, openingMinor: null, proven: null }])
})

test('an OCR file that numbers no partial settlements finds the one line of the day that is its sum', async () => {
  await hand(statement([batch, { day, minor: 25_000n, text: 'Annet' }]))
  const file = ocrFile(three.map(({ minor, kid }) => ({ minor, kid, day })))
  expect(await hand(file)).toMatchObject({ state: 'imported', revised: 1, warnings: [] })
  expect(await kids()).toEqual(['30000 2345676', '20000 1234566', '10000 5678909', '25000 '])
  const again = ocrFile([
    ...three.map(({ minor, kid }) => ({ minor, kid, day })),
    { minor: 1, kid: '2345676', day: '2026-03-01' },
  ])
  expect(await hand(again)).toMatchObject({ revised: 0 })
  expect(await kids()).toHaveLength(4)
})

test('two lines of the sum, or one of another day, are not taken for it', async () => {
  const file = ocrFile(three.map(({ minor, kid }) => ({ minor, kid, day })))
  await hand(
    statement([
      { ...batch, id: 'A' },
      { ...batch, id: 'B', text: 'Annet' },
    ]),
  )
  expect((await hand(file)).warnings).toMatchObject([{ rule: 'details_waiting' }])
  expect(await attachments()).toBe(0)
})

test('a notice that was there first: its batch is shown, the payments are counted, the new transaction is only added', async () => {
  const batched = line(60_000, three, { batch: 'B77' })
  const file = await hand(notice('N1', batched))
  expect(file.warnings).toMatchObject([
    { rule: 'details_waiting', detail: expect.stringMatching(/^3 payments in statement N1 belong to/) },
  ])
  const single = await hand(notice('N2', line(700, [{ minor: 700, kid: '2345676' }])))
  expect(single.warnings).toMatchObject([
    { detail: expect.stringMatching(/^1 payment in statement N2 belongs to/) },
  ])
  at.clock.advance(60_000)
  expect(await hand(statement([batch]))).toMatchObject({ added: 1, revised: 0 })
  const [entry] = await at.within((tx) => tx.prisma.entry.findMany())
  expect(entry?.batches).toEqual([{ paymentInformationId: 'B77' }])
})

test('claims are announced only', async () => {
  const file = await hand(ocrFile([{ minor: 60_000, kid: '2345676', day, claim: true }]))
  await hand(statement([batch]))
  expect(file.warnings).toMatchObject([{ rule: 'announced_only' }])
  expect(await attachments()).toBe(0)
})

test('an entry that the bank takes back gives its payments to the one that comes instead', async () => {
  await at.addConsent()
  at.bank.rows = [{ day, minor: 60_000n, text: 'OCR', id: 'A' }]
  await syncAccount(at.ports, at.clientId, at.accountId)
  await hand(notice('N1', line(60_000, three)))
  at.bank.rows = []
  await syncAccount(at.ports, at.clientId, at.accountId)
  at.bank.rows = [{ day: '2026-03-03', minor: 60_000n, text: 'Innbetaling', id: 'B' }]
  await syncAccount(at.ports, at.clientId, at.accountId)
  const live = await at.within((tx) =>
    tx.prisma.entry.findMany({ where: { state: 'booked' }, include: { entryDetailEntryId: true } }),
  )
  expect(live.map((entry) => entry.entryDetailEntryId.length)).toEqual([3])
})

test('an entry that the bank words otherwise keeps its id, and the KID that a notice told', async () => {
  await at.addConsent()
  at.bank.rows = [{ day, minor: 60_000n, text: 'Innbetaling' }]
  await syncAccount(at.ports, at.clientId, at.accountId)
  await hand(notice('N1', line(60_000, [{ minor: 60_000, kid: '2345676' }])))
  const told = () => at.within((tx) => tx.prisma.entry.findMany({ where: { state: 'booked' } }))
  const [before] = await told()
  expect(before?.kid).toBe('2345676')
  at.bank.rows = [{ day, minor: 60_000n, text: 'Overføring innland' }]
  await syncAccount(at.ports, at.clientId, at.accountId)
  expect(await told()).toMatchObject([{ id: before?.id, kid: '2345676', text: 'Overføring innland' }])
  expect(await at.within((tx) => tx.prisma.entry.count())).toBe(1)
})

test('a file that is read again finds its entries again', async () => {
  await hand(statement([batch]))
  const { id } = await hand(notice('N1', line(60_000, three)))
  const again = await at.within((tx) => rereadFile(at.ports, tx, id, { kind: 'operator', id: 'test' }))
  expect(again).toMatchObject({ state: 'imported_no_change', readings: 2, warnings: [] })
  expect(await kids()).toHaveLength(3)
})
