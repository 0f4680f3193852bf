import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { unarchive } from '../../src/archive.ts'
import { daysBetween } from '../../src/domain/clock.ts'
import { completeness } from '../../src/statements/completeness-read.ts'
import { importFile } from '../../src/statements/files.ts'
import { syncAccount } from '../../src/statements/sync.ts'
import { type BankRow, type Bench, ledgerOf, openBenches } from '../support/account-at-bank.ts'
import { document, ntry, stmt, sum } from '../support/camt-text.ts'

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

const camt = (...statements: string[]) => document('053', statements.join('\n'))
const actor = { kind: 'api_key', id: 'test' } as const
const hand = (bytes: Uint8Array, name = 'utskrift.xml') =>
  at.within((tx) => importFile(at.ports, tx, { companyId: at.companyId, name, bytes, actor }))

const monday: BankRow[] = [
  { day: '2026-03-02', minor: 125_000n, kid: '2345676' },
  { day: '2026-03-02', minor: -4900n, text: 'Gebyr' },
  { day: '2026-03-02', minor: -4900n, text: 'Gebyr' },
]
const tuesday: BankRow[] = [{ day: '2026-03-03', minor: -30_000n, text: 'Husleie' }]
const mondayFile = { id: 'S1', day: '2026-03-02', opening: 100_000n, rows: monday }
const tuesdayFile = { id: 'S2', day: '2026-03-03', opening: sum(monday, 100_000n), rows: tuesday }

describe('a statement file', () => {
  test('gives rows and balances, and the same file again changes nothing and says so', async () => {
    const bytes = camt(stmt(mondayFile), stmt(tuesdayFile))
    const { file, alreadyImported } = await hand(bytes)
    expect(alreadyImported).toBe(false)
    expect(file).toMatchObject({
      state: 'imported',
      format: 'camt.053',
      version: 'camt.053.001.02',
      statements: 2,
      entries: 4,
      added: 4,
    })
    expect(await at.stored()).toEqual(
      [...monday, ...tuesday]
        .map((row) => `${row.day} ${row.minor} ${row.kid ?? ''} ${row.text ?? ''}`)
        .sort(),
    )
    const before = await at.within((tx) =>
      Promise.all([tx.prisma.event.count(), tx.prisma.observation.count()]),
    )
    const again = await hand(bytes, 'annet navn.xml')
    expect(again).toMatchObject({ alreadyImported: true, file: { id: file.id } })
    const after = await at.within((tx) =>
      Promise.all([tx.prisma.event.count(), tx.prisma.observation.count()]),
    )
    expect(after).toEqual(before)
    await at.within(async (tx) => {
      const kept = await tx.prisma.archive.findUniqueOrThrow({ where: { id: file.archiveId } })
      expect(Buffer.from(kept.bytes).includes('Gebyr')).toBe(false)
      expect(await unarchive(tx, at.ports.vault, file.archiveId)).toEqual(bytes)
      expect(await tx.prisma.statement.findMany({ orderBy: { fromDate: 'asc' } })).toMatchObject([
        {
          bankStatementId: 'S1',
          fromDate: '2026-03-02',
          toDate: '2026-03-02',
          openingMinor: 100_000n,
          proven: true,
        },
        { bankStatementId: 'S2', openingMinor: 215_200n, closingMinor: 185_200n, proven: true },
      ])
    })
    const days = await at.days()
    expect(['2026-03-02', '2026-03-03', '2026-03-04'].map((day) => days.get(day)?.proof)).toEqual([
      'proven',
      'proven',
      'open',
    ])
  })

  test('one alone proves nothing; its neighbour does', async () => {
    await hand(camt(stmt(mondayFile)))
    expect((await at.days()).get('2026-03-02')).toMatchObject({ proof: 'open', cause: 'one_statement_only' })
    await hand(camt(stmt(tuesdayFile)))
    const days = await at.days()
    expect(['2026-03-02', '2026-03-03'].map((day) => days.get(day)?.proof)).toEqual(['proven', 'proven'])
  })

  test('a day between two files that nobody handed in is a break, named', async () => {
    await hand(camt(stmt(tuesdayFile)))
    const thursday = [{ day: '2026-03-05', minor: 700n }]
    await hand(camt(stmt({ id: 'S4', day: '2026-03-05', opening: 190_000n, rows: thursday })))
    await hand(camt(stmt(mondayFile)))
    const { gaps } = await at.within((tx) => completeness(tx, at.accountId))
    expect(gaps).toMatchObject([
      { from: '2026-03-04', to: '2026-03-04', differenceMinor: 4800n, cause: 'not_read' },
    ])
  })

  test('with pending entries says that they are not taken', async () => {
    const pending = ntry({ day: '2026-03-02', minor: -700n, text: 'Varekjøp' }).replace('BOOK', 'PDNG')
    const bytes = Buffer.from(camt(stmt(mondayFile)).toString().replace('</Stmt>', `${pending}</Stmt>`))
    const { file } = await hand(bytes)
    expect(file).toMatchObject({ state: 'imported', entries: 4, added: 3 })
    expect(file.warnings).toMatchObject([
      { rule: 'pending_not_taken', detail: expect.stringMatching(/^1 .* S1 is pending/) },
    ])
  })

  test('of long ago is judged too, and its gap named, whatever is asked for', async () => {
    const day = (n: number) => ({
      id: `S${n}`,
      day: `2014-01-0${n}`,
      rows: [{ day: `2014-01-0${n}`, minor: 100n }],
    })
    await hand(camt(stmt({ ...day(2), opening: 0n }), stmt({ ...day(5), opening: 350n })))
    const read = (period = {}) => at.within((tx) => completeness(tx, at.accountId, period))
    const old = { from: '2014-01-03', to: '2014-01-04', differenceMinor: 250n, cause: 'not_read' }
    const whole = await read()
    expect(whole).toMatchObject({ firstDay: '2014-01-02', nextFrom: '2017-01-06', gaps: [old], gapCount: 1 })
    expect(whole.days).toHaveLength(1100)
    const { open, proven, gap, unprovable } = whole.counts
    expect(open + proven + gap + unprovable).toBe(daysBetween('2014-01-02', '2026-03-10') + 1)
    const one = await read({ from: '2014-01-03', to: '2014-01-03' })
    expect(one).toMatchObject({ days: [{ proof: 'gap' }], nextFrom: null, gaps: [old], counts: { gap: 1 } })
    expect(await read({ from: '2014-01-05', to: '2014-01-05' })).toMatchObject({ gaps: [], days: [{}] })
    expect(await read({ from: '2031-01-01' })).toMatchObject({ firstDay: null, days: [], gaps: [] })
  })

  test('is held against the balance before it, however long ago that was', async () => {
    const opening = 5000n
    const of = (day: string, opening: bigint) => ({ id: day, day, opening, rows: [{ day, minor: 100n }] })
    await hand(camt(stmt(of('2014-01-02', opening)), stmt(of('2014-01-03', 5100n))))
    await hand(camt(stmt(of('2026-03-02', 5300n))))
    const old = { from: '2014-01-04', to: '2026-03-01', differenceMinor: 100n, cause: 'not_read' }
    expect((await at.within((tx) => completeness(tx, at.accountId))).gaps).toMatchObject([old])
    await hand(camt(stmt(of('2026-03-03', 5400n))))
    const found = await at.within((tx) => completeness(tx, at.accountId))
    expect(found).toMatchObject({ provenThrough: '2014-01-03', gaps: [old] })
    expect((await at.days()).get('2026-03-02')?.proof).toBe('proven')
    expect(await at.events('account.gap_closed')).toEqual([])
    expect(await at.events('account.gap_opened')).toHaveLength(1)
  })

  test('and a sync of the same days give every row once', async () => {
    await at.addConsent()
    at.bank.rows = [...monday, ...tuesday].map((row, i) => ({ ...row, id: `B${i}` }))
    const byFile = camt(
      stmt({ ...mondayFile, rows: monday.map((row, i) => ({ ...row, id: `F${i}` })) }),
      stmt(tuesdayFile),
    )
    await hand(byFile)
    const first = await syncAccount(at.ports, at.clientId, at.accountId)
    expect(first).toMatchObject({ added: 0, removed: 0 })
    expect(await at.stored()).toEqual(ledgerOf(at.bank))
    const again = await syncAccount(at.ports, at.clientId, at.accountId)
    expect(again).toMatchObject({ state: 'succeeded_no_change' })
    const { gaps, counts } = await at.within((tx) => completeness(tx, at.accountId))
    expect(gaps).toEqual([])
    expect(counts.proven).toBeGreaterThan(20)
  })

  test('after a sync adds nothing but what it knows more', async () => {
    await at.addConsent()
    at.bank.rows = [...monday, ...tuesday]
    await syncAccount(at.ports, at.clientId, at.accountId)
    const { file } = await hand(camt(stmt(mondayFile), stmt(tuesdayFile)))
    expect(file).toMatchObject({ added: 0 })
    expect(await at.stored()).toEqual(ledgerOf(at.bank))
    expect((await at.within((tx) => completeness(tx, at.accountId))).gaps).toEqual([])
  })

  test('of an unknown account makes it, with the evidence', async () => {
    const { file } = await hand(camt(stmt({ ...mondayFile, account: '15032080119' })))
    expect(file.state).toBe('imported')
    const made = await at.within((tx) =>
      tx.prisma.account.findFirstOrThrow({ where: { bban: '15032080119' } }),
    )
    expect(made).toMatchObject({
      number: 'NO5015032080119',
      state: 'enabled',
      ownership: 'declared',
      ownershipEvidence: 'handed in by file',
      connectionId: null,
    })
  })

  test('of an account that a bank called private goes nowhere', async () => {
    const numberHash = at.ports.vault.keyedHash('private_account', 'NO5015032080119')
    await at.within((tx) =>
      tx.prisma.ignoredAccount.create({
        data: {
          clientId: at.clientId,
          companyId: at.companyId,
          institutionId: 'x',
          numberHash,
          createdAt: tx.now,
        },
      }),
    )
    const { file } = await hand(camt(stmt({ ...mondayFile, account: '15032080119' })))
    expect(file).toMatchObject({ state: 'failed', warnings: [{ rule: 'account_private' }] })
    expect(await at.within((tx) => tx.prisma.observation.count())).toBe(0)
  })

  test('that breaks off keeps the statements that had ended, and says where', async () => {
    const whole = camt(stmt(mondayFile), stmt(tuesdayFile))
    const { file } = await hand(whole.subarray(0, whole.length - 200))
    expect(file).toMatchObject({
      state: 'partial',
      statements: 1,
      added: 3,
      error: { code: 'xml_truncated' },
    })
    const { file: rest } = await hand(whole)
    expect(rest).toMatchObject({ state: 'imported', added: 1 })
  })

  test('that is none is refused, and may be handed in again', async () => {
    const { file } = await hand(Buffer.from('hei'))
    expect(file).toMatchObject({ state: 'failed', statements: 0 })
    expect(await hand(Buffer.from('hei'))).toMatchObject({
      alreadyImported: false,
      file: { state: 'failed' },
    })
  })

  test('with days and amounts that no account can have is read without them, and leaves a calendar of days that can be', async () => {
    const odd = [
      {
        id: 'A',
        day: '2026-03-02',
        to: '9999-12-31',
        opening: 0n,
        rows: [{ day: '9998-12-31', minor: 100n }],
      },
      {
        id: 'B',
        day: '0000-01-01',
        to: '2026-03-03',
        opening: 100n,
        rows: [{ day: '2026-03-03', minor: 100n }],
      },
      { id: 'C', day: '2026-03-04', opening: 200n, rows: [{ day: '2026-03-04', minor: 10n ** 19n }] },
    ]
    for (const one of odd) {
      const { file } = await hand(camt(stmt(one)))
      expect(['imported', 'partial'], JSON.stringify(file.error)).toContain(file.state)
    }
    const days = [...(await at.days()).keys()]
    expect([days[0], days.at(-1)]).toEqual(['2026-03-03', '2026-03-10'])
    expect(await at.stored()).toHaveLength(1)
  })

  test('of the same days in two parts keeps the rows of both', async () => {
    const part = { id: 'P1', day: '2026-03-02', opening: 100_000n, rows: monday.slice(0, 2) }
    const other = {
      id: 'P2',
      day: '2026-03-02',
      opening: sum(part.rows, 100_000n),
      rows: [{ day: '2026-03-02', minor: 77n }],
    }
    await hand(camt(stmt(part), stmt(other)))
    expect(await at.stored()).toHaveLength(3)
    expect((await at.within((tx) => completeness(tx, at.accountId))).gaps).toEqual([])
  })
})
