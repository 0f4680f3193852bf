import { expect, test } from 'vitest'
import { AmountError, formatAmount, parseMoney } from '../../src/domain/money.ts'

test('an amount is one that 64 bits hold, and is never rounded', () => {
  const most = parseMoney('-92233720368547758.07', 'NOK')
  expect(most.minor).toBe(-9_223_372_036_854_775_807n)
  expect(formatAmount(most)).toBe('-92233720368547758.07')
  expect(parseMoney('999999999999999999', 'JPY').minor).toBe(999_999_999_999_999_999n)
  for (const text of ['92233720368547758.08', '999999999999999999', '0.001']) {
    expect(() => parseMoney(text, 'NOK'), text).toThrow(AmountError)
  }
})
