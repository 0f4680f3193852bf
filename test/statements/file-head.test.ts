import { expect, test } from 'vitest'
import type { StatedBalance, StatementHead } from '../../src/domain/statement.ts'
import { headFacts } from '../../src/statements/file-head.ts'

const nok = (minor: bigint) => ({ minor, currency: 'NOK' })
const opening: StatedBalance = { type: 'openingBooked', code: 'OPBD', amount: nok(100n), date: '2026-03-02' }
const closing: StatedBalance = { type: 'closingBooked', code: 'CLBD', amount: nok(90n), date: '2026-03-04' }
const rows = { format: 'camt.053', booked: new Map(), firstDay: '2026-03-03', lastDay: '2026-03-03' }
const head = (balances: readonly StatedBalance[]): StatementHead => ({
  id: '1',
  account: 'NO9386011117947',
  accountKind: 'IBAN',
  currency: 'NOK',
  balances,
})

test('a balance that was worked out says where a statement ends, and proves nothing', () => {
  const stated = { from: '2026-03-03', to: '2026-03-04', opening, closing, balances: [opening, closing] }
  expect(headFacts(head([opening, closing]), 'NOK', rows)).toEqual(stated)
  const derived: StatedBalance = { ...closing, derived: true }
  expect(headFacts(head([opening, derived]), 'NOK', rows)).toEqual({
    ...stated,
    closing: undefined,
    balances: [opening],
  })
})
