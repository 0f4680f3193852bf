import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatAmount } from '../../../src/domain/money.ts'
import type { StatementEntry, StatementPart } from '../../../src/domain/statement.ts'
import { dialects, message, readText } from './samples.ts'

/** Entries of the statements that have ended. */
function entriesOfEnded(parts: readonly StatementPart[]): StatementEntry[] {
  const ended: StatementEntry[] = []
  let open: StatementEntry[] = []
  for (const part of parts) {
    if (part.kind === 'statement') open = []
    else if (part.kind === 'entry') open.push(part.entry)
    else if (part.kind === 'statementEnd') ended.push(...open)
  }
  return ended
}

test('cut short at any byte it never gives a wrong amount or a wrong balance', async () => {
  const bytes = Buffer.from(dialects)
  const whole = await readText(bytes)
  const amounts = whole.entries.map((entry) => entry.amount)
  const balances = whole.heads.flatMap((head) => head.balances.map(({ code, amount }) => ({ code, amount })))
  for (let length = 0; length < bytes.length; length++) {
    const { parts, entries, heads, failure } = await readText(bytes.subarray(0, length))
    if (failure) expect(['file_empty', 'format_unknown', 'file_truncated']).toContain(failure.code)
    expect(entries.map((entry) => entry.amount)).toEqual(amounts.slice(0, entries.length))
    // Words may be cut as well: what ended is as it was in the whole file.
    const ended = entriesOfEnded(parts)
    expect(ended, `after ${length} bytes`).toEqual(whole.entries.slice(0, ended.length))
    const found = heads.flatMap((head) => head.balances.map(({ code, amount }) => ({ code, amount })))
    expect(found, `after ${length} bytes`).toEqual(balances.slice(0, found.length))
  }
})

test('with a byte changed it is read or refused, never anything else', async () => {
  const bytes = Buffer.from(dialects)
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(255), async (at, value) => {
      const changed = Uint8Array.from(bytes)
      changed[at] = value
      const { failure, entries } = await readText(changed)
      for (const one of entries) expect(typeof one.amount.minor).toBe('bigint')
      if (failure) expect(failure.code).toMatch(/^(format|file|record)_/)
    }),
    { numRuns: 500 },
  )
})

test('any amounts come through exact to the øre, whatever their dress', async () => {
  const amount = fc.record({
    minor: fc.bigInt({ min: 0n, max: 10n ** 15n }),
    mark: fc.constantFrom('C', 'D', 'RC', 'RD'),
    zeros: fc.nat(4),
    point: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.array(amount, { maxLength: 20 }),
      fc.integer({ min: 1, max: 300 }),
      async (amounts, chunk) => {
        const lines = amounts.map(({ minor, mark, zeros, point }) => {
          const text = '0'.repeat(zeros) + formatAmount({ minor, currency: 'NOK' })
          return `:61:2603030303${mark}${point ? text : text.replace('.', ',')}NTRFNONREF\n:86:x`
        })
        const { entries, warnings } = await readText(message(lines.join('\n')), chunk)
        const sign = { C: 1n, D: -1n, RC: -1n, RD: 1n } as Record<string, bigint>
        expect(warnings).toEqual([])
        expect(entries.map((entry) => entry.amount.minor)).toEqual(
          amounts.map(({ minor, mark }) => minor * (sign[mark] as bigint)),
        )
      },
    ),
    { numRuns: 100 },
  )
})
