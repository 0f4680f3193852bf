import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { overBorders } from '../../src/statements/page-repeats.ts'
import { syncAccount } from '../../src/statements/sync.ts'
import { type BankRow, type Bench, ledgerOf, openBenches } from '../support/account-at-bank.ts'

/** Pages of rows named by a letter; a capital stands for a row that is equal to no other. */
function copiesIn(...pages: string[]): string[] {
  const rows = pages.flatMap((page, number) =>
    [...page].map((hash, ordinal) => ({
      page: number,
      ordinal,
      hash,
      top: ordinal + 1,
      bottom: page.length - ordinal,
    })),
  )
  return overBorders(rows.filter(({ hash }) => hash >= 'a')).map(({ page, ordinal, hash }) => {
    return `${hash} ${page}.${ordinal}`
  })
}

describe('of rows with ids that may not be lasting', () => {
  test.each<[string, string[], string[]]>([
    ['a page that begins with the last row of the one before repeats it', ['Aa', 'aB'], ['a 1.0']],
    ['and with its last rows, all of them', ['Aab', 'abB'], ['a 1.0', 'b 1.1']],
    ['on as many pages as do so', ['Aa', 'ab', 'bB'], ['a 1.0', 'b 2.0']],
    ['in another order they are other rows', ['Aabc', 'acbB'], []],
    ['elsewhere on the page they are other rows', ['Aa', 'Ba'], []],
    ['and so they are further away', ['Aa', 'BC', 'aD'], []],
    ['where a page begins within the one before, but goes on otherwise', ['Aab', 'aBC'], []],
    ['where one page holds two, equal ids are those of two rows', ['aa', 'aB'], []],
    ['wherever that page is', ['Aa', 'aB', 'CC', 'bb'], []],
  ])('%s', (_promise, pages, expected) => {
    expect(copiesIn(...pages)).toEqual(expected)
  })
})

describe('a read whose pages show equal rows with equal ids', () => {
  let benches: Awaited<ReturnType<typeof openBenches>>
  let at: Bench
  beforeAll(async () => {
    benches = await openBenches()
  })
  afterAll(() => benches.close())
  beforeEach(async () => {
    at = await benches.bench()
    await at.addConsent()
    at.bank.pageSize = 2
  })
  afterEach(() => at.close())
  const sync = () => syncAccount(at.ports, at.clientId, at.accountId)
  const coffee: BankRow = { day: '2026-03-02', minor: -4900n, text: 'Kaffe', id: 'h1' }
  const other = (text: string): BankRow => ({ day: '2026-03-02', minor: 100n, text, id: text })

  test('keeps as many as there are where the bank makes ids of the content', async () => {
    at.bank.rows = [coffee, coffee, coffee]
    await sync()
    expect(await at.stored()).toEqual(ledgerOf(at.bank))
  })

  test('keeps two that do not stand where a page ends and the next one begins', async () => {
    at.bank.rows = [coffee, other('Salg 1'), other('Salg 2'), coffee]
    await sync()
    expect(await at.stored()).toEqual(ledgerOf(at.bank))
  })

  test('does not forget two that an earlier read saw apart', async () => {
    at.bank.rows = [coffee, coffee, other('Salg 1')]
    await sync()
    at.bank.rows = [other('Salg 2'), coffee, coffee, other('Salg 1')]
    expect(await sync()).toMatchObject({ added: 1, removed: 0 })
    expect(await at.stored()).toEqual(ledgerOf(at.bank))
  })

  test('counts a row once wherever it is shown, where ids are lasting', async () => {
    at.bank.idStability = 'permanent'
    at.bank.rows = [coffee, other('Salg 1'), other('Salg 2'), coffee]
    await sync()
    expect(await at.stored()).toHaveLength(3)
  })

  test('but not where other rows have the same id', async () => {
    at.bank.idStability = 'permanent'
    at.bank.rows = [coffee, { ...other('Salg 1'), id: 'h1' }, other('Salg 2'), coffee]
    await sync()
    expect(await at.stored()).toEqual(ledgerOf(at.bank))
  })
})
