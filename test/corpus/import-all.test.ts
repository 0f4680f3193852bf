// Every real statement file into a database: no exception, what is stored is what is expected, and again is no change.
import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addDays } from '../../src/domain/clock.ts'
import { newId } from '../../src/domain/ids.ts'
import { parseMoney } from '../../src/domain/money.ts'
import { ReadFailure } from '../../src/protocols/read-failure.ts'
import { readStatementFile } from '../../src/protocols/statement-file.ts'
import { importFile } from '../../src/statements/files.ts'
import { type Bench, openBenches } from '../support/account-at-bank.ts'
import { corpusMissing, corpusPath, type ExpectedStatement, expectedIn, openCorpusFile } from './corpus.ts'
import { knownWrong, refused } from './known-wrong.ts'

let benches: Awaited<ReturnType<typeof openBenches>>
let at: Bench
beforeAll(async () => {
  benches = await openBenches()
  at = await benches.bench()
})
afterAll(async () => {
  await at.close()
  await benches.close()
})

const actor = { kind: 'api_key', id: 'test' } as const
let companies = 0
async function newCompany(): Promise<string> {
  const organisationNumber = String(900_000_000 + ++companies)
  return at.within(async (tx) => {
    const id = newId('company', tx.now)
    const { clientId, now: createdAt } = tx
    await tx.prisma.company.create({ data: { id, clientId, organisationNumber, name: 'Prøve', createdAt } })
    return id
  })
}

/**
 * The day after the last that a file speaks of. Years of days between old samples and today are judged at every import;
 * proof has tests of its own.
 */
async function goTo(file: string): Promise<void> {
  let last = '2000-01-01'
  const take = (day: string | undefined) => {
    if (day !== undefined && day > last) last = day
  }
  try {
    for await (const part of readStatementFile(openCorpusFile(file))) {
      if (part.kind === 'entry') take(part.entry.bookingDate)
      else if (part.kind === 'statementEnd')
        for (const day of [part.head.to, ...part.head.balances.map(({ date }) => date)]) take(day)
    }
  } catch (error) {
    if (!(error instanceof ReadFailure)) throw error
  }
  at.clock.advance(Date.parse(`${addDays(last, 1)}T08:00:00Z`) - at.clock.now().getTime())
}

const hand = (companyId: string, file: string, more = '') => {
  const bytes = Buffer.concat([readFileSync(corpusPath(file)), Buffer.from(more)])
  return at.within((tx) => importFile(at.ports, tx, { companyId, name: file, bytes, actor }))
}

/** Sums of what is stored, by currency, and how much there is of what never becomes less. */
const stored = (companyId: string) =>
  at.within(async (tx) => {
    const entries = await tx.prisma.entry.findMany({ where: { companyId, state: { not: 'removed' } } })
    const sums = new Map<string, bigint>()
    for (const { currency, amountMinor } of entries)
      sums.set(currency, (sums.get(currency) ?? 0n) + amountMinor)
    return {
      entries: entries.length,
      sums: Object.fromEntries([...sums].map(([currency, sum]) => [currency, String(sum)])),
      details: await tx.prisma.entryDetail.count({ where: { companyId } }),
      revisions: await tx.prisma.entryRevision.count({ where: { companyId } }),
    }
  })

type Wanted = { entries: number; sums: Record<string, string> }

/** What the expectation cannot say. A statement that stands twice in a file, under another reference, counts once. */
/** Has a statement twice in different words: handed in again, its words go to and fro once more. */
const reworded = 'mt940/cpetschnig+mt940__MT940_voorbeeldbestanden_abnamro.txt'
const otherwise: Readonly<Record<string, Wanted>> = {
  // The statement is in yen, its one entry in euro.
  'camt.053/genkgo+camt__camt053.v2.with-account-name.xml': { entries: 1, sums: { EUR: '885' } },
  // An archive, which the other program does not open: the sums of the file in it.
  'camt.053/OCA+bank-statement-import__test-camt053.zip': { entries: 6, sums: { EUR: '11402' } },
  // The statement of lines 1-27 again from line 68 on.
  'mt940/railslove+cmxl__mt940.txt': {
    entries: 16,
    sums: { DEM: '8730', EUR: '220000', PLN: '1004000' },
  },
  // Statement 13901/1 of lines 100-106 again in lines 113-120, between the same balances, in other words.
  [reworded]: { entries: 12, sums: { EUR: '36084' } },
  // The report of lines 1-9 again from line 13 on.
  'mt942/railslove+cmxl__mt942.txt': { entries: 1, sums: { EUR: '979200' } },
}

/** What statements say, mistakes of the expectation set right; null where not all of it is booked. */
function wantedOf(file: string, statements: readonly ExpectedStatement[]): Wanted | null {
  const known = knownWrong[file]?.values ?? []
  const sums = new Map<string, bigint>()
  let entries = 0
  for (const [i, statement] of statements.entries()) {
    if (
      statement.status &&
      Object.keys(statement.status).some((status) => status !== 'BOOK' && status !== 'null')
    )
      return null
    const right = (field: 'sumCredits' | 'sumDebits') =>
      (known.find((one) => one.statement === i && one.field === field)?.right as string) ?? statement[field]
    if (statement.entries === 0) continue
    const currency =
      (known.find((one) => one.statement === i && one.field === 'currency')?.right as string) ??
      statement.currency ??
      ''
    const minor = (field: 'sumCredits' | 'sumDebits') => parseMoney(right(field), currency).minor
    sums.set(currency, (sums.get(currency) ?? 0n) + minor('sumCredits') - minor('sumDebits'))
    entries += statement.entries
  }
  return { entries, sums: Object.fromEntries([...sums].map(([currency, sum]) => [currency, String(sum)])) }
}

/** Seventy daily statements of one institution have a test of their own. */
const isDaily = (file: string) => /^camt\.053\/Subite.*__\d{4}-\d\d-\d\d\.xml$/.test(file)

const folders = ['camt.053', 'camt.052', 'camt.054', 'mt940', 'mt942', 'ocr'] as const

test.skipIf(corpusMissing).each(folders)(
  '%s: nothing lost, nothing twice',
  async (folder) => {
    const found: string[] = []
    const details = folder === 'camt.054' || folder === 'ocr'
    const files = expectedIn(folder).filter(([file]) => !isDaily(file))
    for (const [i, [file, facts]] of files.entries()) {
      const companyId = await newCompany()
      await goTo(file)
      const { file: first } = await hand(companyId, file)
      if (refused[file]) {
        if (first.state !== 'failed') found.push(`${file}: ${first.state}`)
        continue
      }
      const once = await stored(companyId)
      const wanted = details
        ? { entries: 0, sums: {} }
        : (otherwise[file] ?? (facts.statements ? wantedOf(file, facts.statements) : null))
      const { entries, sums } = once
      if (wanted && !isDeepStrictEqual({ entries, sums }, wanted))
        found.push(`${file}: ${JSON.stringify({ entries, sums })} instead of ${JSON.stringify(wanted)}`)
      if (i % 3 > 0) continue
      // The same statements in another file.
      const again = await hand(companyId, file, file.endsWith('.zip') ? '' : '\n')
      if (again.file.added > 0 && !again.alreadyImported)
        found.push(`${file}: ${again.file.added} added again`)
      const twice = await stored(companyId)
      if (!isDeepStrictEqual(file === reworded ? { ...twice, revisions: once.revisions } : twice, once))
        found.push(`${file}: more the second time`)
    }
    expect(found).toEqual([])
  },
  120_000,
)
