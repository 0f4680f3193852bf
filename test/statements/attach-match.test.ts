import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { StatementEntry } from '../../src/domain/statement.ts'
import { type Candidate, pairNotices } from '../../src/statements/attach-match.ts'
import { groupNotices, type Notice } from '../../src/statements/attach-notices.ts'
import { toObserved } from '../../src/statements/normal.ts'

const day = '2026-03-02'
type Facts = { minor: number; id?: string; kid?: string; settlement?: string; on?: string }

function stated({ minor, id, kid, settlement, on = day }: Facts): StatementEntry {
  const amount = { minor: BigInt(minor), currency: 'NOK' }
  return {
    ...{ status: 'booked', amount, bookingDate: on, reversal: false },
    bankIds: id ? { servicerReference: id } : {},
    ...(settlement ? { settlement } : {}),
    details: [{ amount, references: kid ? { kid } : {} }],
  }
}

const noticesOf = (rows: readonly Facts[]): Notice[] =>
  groupNotices(rows.map((row, ordinal) => ({ page: 0, ordinal, entry: stated(row) })))

function candidate(facts: Facts, n: number): Candidate {
  const row = toObserved(stated(facts))
  if (!row) throw new Error('an entry moves the balance')
  const { content, aliases, hash, identityHash } = row
  const entry = {
    id: `txn_${n}`,
    state: 'booked',
    revision: 0,
    sourceId: 'sta_test',
    route: 'file:camt',
  } as const
  return {
    entry: { ...entry, content: { ...content, kid: null, details: [] }, aliases, hash, identityHash },
    told: 'no',
  }
}

test('rows of one partial settlement are one notice of their sum', () => {
  const rows = [1, 2, 3].map((n) => ({ minor: 100 * n, kid: '2345676', settlement: n < 3 ? 'A' : 'B' }))
  expect(noticesOf(rows).map(({ amountMinor, details }) => [amountMinor, details.length])).toEqual([
    [300n, 2],
    [300n, 1],
  ])
})

test('a reference outweighs the day, the day nothing; without either nothing is told', () => {
  const [notice] = noticesOf([{ minor: 500, id: 'R1' }])
  const pair = (...facts: Facts[]) => {
    const { pairs, ambiguous, waiting } = pairNotices(notice ? [notice] : [], facts.map(candidate))
    return pairs[0]?.entry.id ?? (ambiguous.length > 0 ? 'ambiguous' : `waiting ${waiting.length}`)
  }
  expect(pair({ minor: 500 }, { minor: 500, id: 'R1', on: '2026-03-09' })).toBe('txn_1')
  expect(pair({ minor: 500, on: '2026-03-04' }, { minor: 500 })).toBe('txn_1')
  expect(pair({ minor: 500, on: '2026-03-04' })).toBe('txn_0')
  expect(pair({ minor: 500, on: '2026-03-04' }, { minor: 500, on: '2026-03-01' })).toBe('ambiguous')
  expect(pair({ minor: 500, on: '2026-03-06' })).toBe('waiting 1')
  expect(pair({ minor: 501, id: 'R1' })).toBe('waiting 1')
})

const facts = fc.record({
  minor: fc.constantFrom(100, 200),
  id: fc.constantFrom('R1', 'R2', ''),
  kid: fc.constantFrom('2345676', '1234566'),
  on: fc.constantFrom(day, '2026-03-03', '2026-03-20'),
})

test('whatever there is, a notice has at most one entry of its amount, an entry at most one notice', () => {
  fc.assert(
    fc.property(fc.array(facts, { maxLength: 6 }), fc.array(facts, { maxLength: 6 }), (told, booked) => {
      const notices = noticesOf(told)
      const { pairs, ambiguous, waiting } = pairNotices(notices, booked.map(candidate))
      expect(pairs.length + ambiguous.length + waiting.length).toBe(notices.length)
      expect(new Set(pairs.map(({ entry }) => entry.id)).size).toBe(pairs.length)
      for (const { notice, entry } of pairs) expect(entry.content.amountMinor).toBe(notice.amountMinor)
    }),
    { numRuns: 2000 },
  )
})

test('a thousand equal payments are no burden', () => {
  const rows = Array.from({ length: 1000 }, (_none, i) => ({ minor: 500, id: `R${i}` }))
  expect(pairNotices(noticesOf(rows), rows.map(candidate)).pairs).toHaveLength(1000)
  const bare = rows.map(({ minor }) => ({ minor }))
  expect(pairNotices(noticesOf(bare), bare.map(candidate)).pairs).toHaveLength(0)
})
