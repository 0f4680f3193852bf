import { describe, expect, test } from 'vitest'
import { summarise } from '../../src/cli/summary.ts'
import { formatAmount } from '../../src/domain/money.ts'
import type { StatementEntry, StatementHead, StatementPart } from '../../src/domain/statement.ts'
import { type CamtOptions, readCamt } from '../../src/protocols/iso20022/camt.ts'
import { ReadFailure } from '../../src/protocols/read-failure.ts'
import {
  corpusMissing,
  type Expected,
  type ExpectedStatement,
  expectedIn,
  openCorpusFile,
  sameDecimal,
} from './corpus.ts'

/**
 * Files in which there is nothing to read, with the code they are refused with. `expected.json` has no statements
 * for them either. No expectation for camt.053 was found to be wrong so far; where one is, it belongs here with
 * file, line and reason.
 */
const refused: Readonly<Record<string, string>> = {
  // An archive that holds a statement; it is opened before this reader.
  'camt.053/OCA+bank-statement-import__test-camt053.zip': 'format_unknown',
  // A Document without a message (lines 2-4).
  'camt.052/Barzahlen+camt_parser__valid_namespace.xml': 'format_unknown',
}

/** Version .01, whose message has another name, BkToCstmrAcctRptV01: the expectation does not know it. */
const readByUsAlone = new Set(['camt.052/genkgo+camt__camt052.v1.xml'])

const formats: CamtOptions = { formats: ['camt.052', 'camt.053', 'camt.054'] }
type Group = { readonly head: StatementHead; readonly entries: readonly StatementEntry[] }

async function collect(file: string): Promise<readonly StatementPart[]> {
  const parts: StatementPart[] = []
  for await (const batch of readCamt(openCorpusFile(file), formats)) parts.push(...batch)
  return parts
}

function group(parts: readonly StatementPart[]): readonly Group[] {
  const groups: Group[] = []
  let entries: StatementEntry[] = []
  for (const part of parts) {
    if (part.kind === 'statement') entries = []
    if (part.kind === 'entry') entries.push(part.entry)
    if (part.kind === 'statementEnd') groups.push({ head: part.head, entries })
  }
  return groups
}

async function* replay(parts: readonly StatementPart[]) {
  yield* parts
}

function compareContents({ head, entries }: Group, expected: ExpectedStatement): void {
  const details = entries.flatMap((entry) => entry.details)
  const references = details.flatMap((detail) => detail.references.creditorReferences ?? [])
  const endToEndIds = details.flatMap((detail) => detail.references.endToEndId ?? [])
  const expectedIds = expected.firstEndToEndIds.filter((id) => id !== 'NOTPROVIDED')
  expect(details).toHaveLength(expected.txDetails)
  expect(entries.filter((entry) => entry.reversal)).toHaveLength(expected.reversals)
  expect(references).toHaveLength(expected.structuredRefs)
  expect(references.slice(0, expected.firstStructuredRefs.length)).toEqual(expected.firstStructuredRefs)
  expect(endToEndIds.slice(0, expectedIds.length)).toEqual(expectedIds)
  expect(head.accountKind === 'IBAN').toBe(expected.accountKind === 'IBAN')
  const plain = (amount: string) => (amount.includes('.') ? amount.replace(/\.?0+$/, '') : amount)
  expect(
    head.balances.map(({ code, amount, date }) => [
      code,
      plain(formatAmount(amount)),
      amount.currency,
      date ?? null,
    ]),
  ).toEqual(
    expected.balances.map(({ type, amount, currency, date }) => [type, plain(amount), currency, date]),
  )
}

async function compare(file: string, expected: Expected): Promise<void> {
  const parts = await collect(file)
  const summary = await summarise(replay(parts))
  const groups = group(parts)
  expect(summary.version).toBe(expected.version)
  expect(summary.encoding).toBe(expected.encoding)
  if (!expected.statements && readByUsAlone.has(file)) {
    expect(
      summary.statements.map(({ account, entries, sumDebits }) => [account, entries, sumDebits]),
    ).toEqual([['CH2801234000123456789', 1, '200000.00']])
    return
  }
  expect(summary.statements).toHaveLength(expected.statements?.length ?? -1)
  for (const [i, want] of (expected.statements ?? []).entries()) {
    const got = summary.statements[i]!
    for (const key of [
      'id',
      'account',
      'currency',
      'entries',
      'credits',
      'debits',
      'openingType',
      'closingType',
    ] as const) {
      expect(got[key], key).toBe(want[key])
    }
    for (const key of ['openingBalance', 'closingBalance', 'sumCredits', 'sumDebits'] as const) {
      expect(sameDecimal(got[key], want[key]), `${key}: ${got[key]} and ${want[key]}`).toBe(true)
    }
    // Only for statements proper did the other program add up.
    if (file.startsWith('camt.053/')) expect(got.proven).toBe(want.balanced ?? null)
    compareContents(groups[i]!, want)
  }
}

describe.skipIf(corpusMissing)('real files', () => {
  test.each(['camt.053', 'camt.052', 'camt.054'])(
    '%s agrees with what other programs find',
    async (folder) => {
      const files = expectedIn(folder)
      expect(files.length).toBeGreaterThan(10)
      const disagreements: string[] = []
      for (const [file, expected] of files) {
        try {
          await compare(file, expected)
          if (refused[file]) disagreements.push(`${file} was read`)
        } catch (error) {
          const known = error instanceof ReadFailure && error.code === refused[file] && !expected.statements
          if (!known) disagreements.push(`${file}: ${error}`)
        }
      }
      expect(disagreements).toEqual([])
    },
  )

  test('attacks are refused at once, without memory and without opening anything', async () => {
    for (const [file, expected] of expectedIn('hostile')) {
      const startedAt = performance.now()
      const failure = await collect(file).then(
        () => undefined,
        (error: unknown) => error,
      )
      expect(failure, file).toBeInstanceOf(ReadFailure)
      const { code } = failure as ReadFailure
      const codes = expected.hasDoctype
        ? ['xml_doctype', 'xml_token_too_long', 'format_unknown']
        : ['format_unknown']
      expect(codes, `${file}: ${code}`).toContain(code)
      expect(performance.now() - startedAt, file).toBeLessThan(1_000)
    }
  })
})
