import { expect, test } from 'vitest'
import { categoryOf, transactionCategories } from '../../src/domain/bank-transaction-codes.ts'
import { read } from '../docs/pages.ts'

const of = (bankTransactionCode: string | null, proprietaryCode: string | null = null, incoming = false) =>
  categoryOf({ bankTransactionCode, proprietaryCode, incoming })

test.each([
  ['PMNT-RCDT-VCOM', 'incoming_payment'],
  ['PMNT-RCDT-ESCT', 'incoming_payment'],
  ['PMNT-ICDT-DMCT', 'outgoing_payment'],
  ['PMNT-ICDT-SALA', 'salary'],
  ['PMNT-IDDT-ESDD', 'direct_debit'],
  ['PMNT-IDDT-UPDD', 'return'],
  ['PMNT-CCRD-POSD', 'card'],
  ['PMNT-CCRD-CWDL', 'cash'],
  ['PMNT-CNTR-CDPT', 'cash'],
  ['PMNT-RCHQ-UPCQ', 'return'],
  ['PMNT-ICDT-CHRG', 'charges'],
  ['ACMT-MDOP-INTR', 'interest'],
  ['ACMT-MDOP-TAXE', 'tax'],
  ['CAMT-ACCB-ZABA', 'own_transfer'],
  ['LDAS-CSLN-PPAY', 'loan'],
  ['FORX-SPOT-OTHR', 'foreign_exchange'],
  ['SECU-SETT-TRAD', 'securities'],
  ['XTND-NTAV-NTAV', 'other'],
  ['PMNT-ZZZZ-ZZZZ', 'other'],
  ['what a bank made up', 'other'],
])('%s is %s', (code, category) => {
  expect(of(code)).toBe(category)
})

test('a payment that does not say which way it goes has the direction of its amount', () => {
  expect(of('PMNT-NTAV-NTAV', null, true)).toBe('incoming_payment')
  expect(of('PMNT-OTHR-OTHR', null, false)).toBe('outgoing_payment')
  expect(of(null, 'NTRF', true)).toBe('incoming_payment')
  expect(of(null, 'NTRF', false)).toBe('outgoing_payment')
})

test("other banks' codes: SWIFT types and kinds of Nets OCR", () => {
  expect(of(null, 'NCHG')).toBe('charges')
  expect(of(null, 'FCHG')).toBe('charges')
  expect(of(null, 'NINT+805')).toBe('interest')
  expect(of(null, 'OCR-10', true)).toBe('incoming_payment')
  expect(of(null, 'OCR-18')).toBe('return')
  expect(of(null, 'ABC')).toBe('other')
})

test('without a code there is no category, and an ISO code outweighs the bank’s own', () => {
  expect(of(null)).toBeNull()
  expect(of('PMNT-CCRD-POSD', 'NTRF')).toBe('card')
  expect(of('XTND-NTAV-NTAV', 'NCHG')).toBe('charges')
})

test('the closed list is the documented one', () => {
  const told = [...read('docs/normal-form.md').matchAll(/^\| `([a-z_]+)` \| [^|]+ \|$/gm)].map(
    ([, name]) => name,
  )
  expect(told).toEqual([...transactionCategories])
})
