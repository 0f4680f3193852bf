// A file read again by a better reader: same ids, nothing doubled, what was misread is mended.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import type { StatementEntry, StatementPart } from '../../src/domain/statement.ts'
import { ReadFailure } from '../../src/protocols/read-failure.ts'
import { importFile, ReadsLess, rereadFile } from '../../src/statements/files.ts'
import { type BankRow, type Bench, openBenches } from '../support/account-at-bank.ts'
import { camt } from '../support/camt-text.ts'

/** What an older reader made of an entry; null: it could not read it. */
const older = vi.hoisted(() => ({
  reads: undefined as ((entry: StatementEntry) => StatementEntry | null) | undefined,
}))
vi.mock('../../src/protocols/statement-file.ts', async (original) => {
  const { readStatementFile } = await original<typeof import('../../src/protocols/statement-file.ts')>()
  async function* readAsOlder(source: AsyncIterable<Uint8Array>): AsyncGenerator<StatementPart> {
    for await (const part of readStatementFile(source)) {
      const entry = part.kind === 'entry' && older.reads ? older.reads(part.entry) : undefined
      if (entry === null) yield { kind: 'warning', warning: { rule: 'entry_unreadable', detail: 'odd' } }
      else yield part.kind === 'entry' && entry ? { ...part, entry } : part
    }
  }
  return { readStatementFile: readAsOlder }
})

let benches: Awaited<ReturnType<typeof openBenches>>
let at: Bench
beforeAll(async () => {
  benches = await openBenches()
})
afterAll(() => benches.close())
beforeEach(async () => {
  at = await benches.bench()
})
afterEach(() => {
  older.reads = undefined
  return at.close()
})

const actor = { kind: 'operator', id: 'test' } as const
const hand = async (bytes: Uint8Array) =>
  (await at.within((tx) => importFile(at.ports, tx, { companyId: at.companyId, bytes, actor }))).file
const reread = (id: string) => at.within((tx) => rereadFile(at.ports, tx, id, actor))

const day = '2026-03-02'
const fee = { day, minor: -4900n, text: 'Gebyr' }
const rows: BankRow[] = [{ day, minor: 7000n, text: 'Faktura 1' }, fee, fee]
const statement = camt({ id: 'S1', day, opening: 100_000n, rows })
const ids = () =>
  at.within(async (tx) => (await tx.prisma.entry.findMany({ orderBy: { id: 'asc' } })).map(({ id }) => id))
test('again is no change', async () => {
  const file = await hand(statement)
  const [stored, before] = [await at.stored(), await ids()]
  expect(await reread(file.id)).toMatchObject({
    id: file.id,
    state: 'imported_no_change',
    readings: 2,
    added: 3,
  })
  expect(await reread(file.id)).toMatchObject({
    state: 'imported_no_change',
    readings: 3,
    added: 3,
    revised: 0,
  })
  expect([await at.stored(), await ids()]).toEqual([stored, before])
  expect(await at.within((tx) => tx.prisma.statement.count())).toBe(1)
  expect((await hand(statement)).readings).toBe(3)
})

test('rows that are read in other words keep their entries', async () => {
  older.reads = (entry) => ({ ...entry, text: entry.text ?? `${entry.details[0]?.text} (?)`, details: [] })
  const file = await hand(statement)
  older.reads = undefined
  const before = await ids()
  expect(await at.stored()).toEqual([
    `${day} -4900  Gebyr (?)`,
    `${day} -4900  Gebyr (?)`,
    `${day} 7000  Faktura 1 (?)`,
  ])
  expect(await reread(file.id)).toMatchObject({ state: 'imported', added: 3, revised: 3 })
  expect(await ids()).toEqual(before)
  expect(await at.stored()).toEqual([`${day} -4900  Gebyr`, `${day} -4900  Gebyr`, `${day} 7000  Faktura 1`])
  const revisions = await at.within((tx) => tx.prisma.entryRevision.findMany())
  expect(revisions.map(({ reason, confidence }) => `${reason} ${confidence}`)).toEqual(
    Array(3).fill('reread certain'),
  )
  expect(await reread(file.id)).toMatchObject({ state: 'imported_no_change', revised: 3 })
})

test('rows that could not be read go in, and a misread one is taken back', async () => {
  let fees = 0
  older.reads = (entry) => {
    if (entry.details[0]?.text !== 'Gebyr') return entry
    return ++fees === 1 ? null : { ...entry, amount: { ...entry.amount, minor: -9400n } }
  }
  const file = await hand(statement)
  expect(file).toMatchObject({ state: 'partial', added: 2 })
  older.reads = undefined
  expect(await reread(file.id)).toMatchObject({ state: 'imported', added: 4, entries: 3, warnings: [] })
  const live = await at.within((tx) => tx.prisma.entry.findMany({ where: { state: 'booked' } }))
  expect(live.map(({ amountMinor }) => Number(amountMinor)).sort((a, b) => a - b)).toEqual([
    -4900, -4900, 7000,
  ])
  expect(await at.within((tx) => tx.prisma.entry.count({ where: { state: 'removed' } }))).toBe(1)
})

test('a file that could not be read at all goes in', async () => {
  older.reads = () => {
    throw new ReadFailure('xml_malformed', 'odd', 1)
  }
  const file = await hand(statement)
  expect(file).toMatchObject({ state: 'failed', error: { code: 'xml_malformed' } })
  older.reads = undefined
  expect(await reread(file.id)).toMatchObject({ id: file.id, state: 'imported', added: 3, error: null })
})

test('a reader that reads less changes nothing', async () => {
  const file = await hand(statement)
  await at.within((tx) => tx.prisma.fileImport.update({ where: { id: file.id }, data: { statements: 2 } }))
  await expect(reread(file.id)).rejects.toBeInstanceOf(ReadsLess)
  expect(
    await at.within((tx) => tx.prisma.fileImport.findUniqueOrThrow({ where: { id: file.id } })),
  ).toMatchObject({
    state: 'imported',
    readings: 1,
  })
})
