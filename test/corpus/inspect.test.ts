import { describe, expect, test } from 'vitest'
import { main } from '../../src/cli/main.ts'
import type { FileSummary, StatementSummary } from '../../src/cli/summary.ts'
import { corpusMissing, corpusPath, expectedIn, sameDecimal } from './corpus.ts'
import { knownWrong, refused } from './known-wrong.ts'

type Line = { readonly file: string; readonly error?: { code: string; line: number | null } } & FileSummary
/** What is expected of one statement, in the names that `inspect` uses. */
type Wanted = Record<string, unknown>
type Raw = Record<string, never> & {
  readonly version?: string
  readonly encoding?: string
  readonly encodingGuess?: string
  readonly statements?: readonly Record<string, unknown>[]
  readonly assignments?: readonly { number: string; account: string; transactions: number; sum: number }[]
  readonly transactions?: number
  readonly sumOre?: number
}

async function inspect(files: readonly string[]): Promise<readonly Line[]> {
  const out: string[] = []
  async function* nothing(): AsyncGenerator<Uint8Array> {}
  const io = { out: (text: string) => void out.push(text), err: () => {}, stdin: nothing() }
  await main(['inspect', '--json', ...files.map(corpusPath)], io)
  return out.map((line) => JSON.parse(line))
}

const amounts = new Set(['openingBalance', 'closingBalance', 'sumCredits', 'sumDebits'])
const isSame = (field: string, one: unknown, other: unknown) =>
  amounts.has(field) ? sameDecimal(one as string | null, other as string | null) : one === other

/** Every way in which one file differs from what is wanted of it, known mistakes of the expectation set right. */
function differences(file: string, got: readonly StatementSummary[], wanted: readonly Wanted[]): string[] {
  if (got.length !== wanted.length) return [`${file}: ${got.length} statements instead of ${wanted.length}`]
  const known = knownWrong[file]?.values ?? []
  const found: string[] = []
  for (const [i, want] of wanted.entries()) {
    for (const [field, value] of Object.entries(want)) {
      const ours = got[i]?.[field as keyof StatementSummary] ?? null
      const correction = known.find((one) => one.statement === i && one.field === field)
      const right = correction ? correction.right : value
      if (correction && isSame(field, correction.right, value))
        found.push(`${file} ${i} ${field}: not wrong any more`)
      if (!isSame(field, ours, right))
        found.push(`${file}, statement ${i}: ${field} is ${ours}, not ${right}`)
    }
  }
  return found
}

const orNull = (text: unknown) => text ?? null

function wantedOfCamt(file: string, raw: Raw): readonly Wanted[] {
  return (raw.statements ?? []).map((one) => ({
    ...pick(one, [
      'id',
      'account',
      'currency',
      'openingBalance',
      'openingType',
      'closingBalance',
      'closingType',
    ]),
    ...pick(one, ['entries', 'credits', 'debits', 'sumCredits', 'sumDebits']),
    // Only for statements proper did the other program add up.
    ...(file.startsWith('camt.053/') && { proven: orNull(one.balanced) }),
  }))
}

function wantedOfMt(raw: Raw): readonly Wanted[] {
  return (raw.statements ?? []).map((one) => ({
    id: one.reference,
    account: one.account ?? '',
    openingType: orNull(one.openingTag),
    closingType: orNull(one.closingTag),
    proven: orNull(one.balanced),
    ...pick(one, ['currency', 'openingBalance', 'closingBalance', 'entries', 'sumCredits', 'sumDebits']),
  }))
}

/** Transactions outside any assignment make a statement without number and account. */
function wantedOfOcr({ assignments = [], transactions = 0, sumOre = 0 }: Raw): readonly Wanted[] {
  const loose = { number: '', account: '', transactions, sum: sumOre }
  return (assignments.length > 0 ? assignments : [loose]).map((one) => ({
    id: one.number,
    account: one.account,
    currency: 'NOK',
    entries: one.transactions,
    sumCredits: `${Math.floor(one.sum / 100)}.${String(one.sum % 100).padStart(2, '0')}`,
    sumDebits: '0',
    proven: null,
  }))
}

const pick = (from: Record<string, unknown>, names: readonly string[]): Wanted =>
  Object.fromEntries(names.map((name) => [name, orNull(from[name])]))

/** Single bytes beyond ASCII: the other program guesses cp1252 for both names. */
const sameEncoding = (got: string, { encoding, encodingGuess }: Raw) =>
  encoding
    ? got === encoding
    : (encodingGuess === 'cp1252' ? ['ISO-8859-1', 'windows-1252'] : ['UTF-8']).includes(got)

const families = {
  camt: { folders: ['camt.052', 'camt.053', 'camt.054'], atLeast: 140 },
  mt: { folders: ['mt940', 'mt942'], atLeast: 85 },
  ocr: { folders: ['ocr'], atLeast: 6 },
} as const

describe.skipIf(corpusMissing)('kontobro inspect --json over real files', () => {
  test.each(Object.keys(families) as (keyof typeof families)[])(
    '%s agrees with what other programs find',
    async (family) => {
      const { folders, atLeast } = families[family]
      const expected = folders.flatMap((folder) => expectedIn(folder)) as readonly (readonly [
        string,
        unknown,
      ])[]
      expect(expected.length).toBeGreaterThanOrEqual(atLeast)
      const lines = await inspect(expected.map(([file]) => file))
      const found: string[] = []
      for (const [i, [file, facts]] of expected.entries()) {
        const line = lines[i] as Line
        const raw = facts as Raw
        const known = refused[file]
        if (line.error || known) {
          const same = line.error && known && line.error.code === known.code && line.error.line === known.line
          if (!same)
            found.push(`${file}: ${JSON.stringify(line.error ?? 'read')}, expected ${JSON.stringify(known)}`)
          continue
        }
        if (family !== 'ocr' && !sameEncoding(line.encoding, raw)) found.push(`${file}: ${line.encoding}`)
        if (family === 'camt' && raw.statements && line.version !== raw.version)
          found.push(`${file}: ${line.version}`)
        if (family === 'mt' && line.format !== file.slice(0, 5)) found.push(`${file}: ${line.format}`)
        // An archive, for which the other program has no answer, is read too.
        if (family === 'camt' && !raw.statements && line.statements.length > 0) continue
        const wanted =
          family === 'camt' ? wantedOfCamt(file, raw) : family === 'mt' ? wantedOfMt(raw) : wantedOfOcr(raw)
        found.push(...differences(file, line.statements, wanted))
      }
      expect(found).toEqual([])
    },
  )
})
