import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cleanDescription } from '../../src/domain/description.ts'

test.each([
  ['  Faktura   1042 \n  Eksempel AS  ', 'Faktura 1042 Eksempel AS'],
  ['Husleie\r\nHusleie\r\nmars', 'Husleie mars'],
  ['Gave\u200btil\u00a0laget\u0007', 'Gavetil laget'],
  ['Kontingent ......', 'Kontingent'],
  ['*** Lønn ***', 'Lønn'],
  ['e\u0301t', 'ét'],
  ['----------\nStrøm', 'Strøm'],
  ['Ref. 12-3.', 'Ref. 12-3.'],
])('%j is %j', (text, description) => {
  expect(cleanDescription(text)).toBe(description)
})

test.each(['', ' \n\t ', '.....', '\u0000'])('%j says nothing', (text) => {
  expect(cleanDescription(text)).toBeNull()
})

test('nothing stays nothing', () => {
  expect(cleanDescription(null)).toBeNull()
})

test.each([
  ['*1234 02.03 NOK 129.00 EXAMPLE SHOP OSLO Kurs: 1.0000', 'EXAMPLE SHOP OSLO'],
  ['Varekjøp Example Shop Oslo Dato 02.03 kl. 15.33', 'Example Shop Oslo'],
  ['VISA VARE 123456******1234 02.03 EXAMPLE SHOP', 'EXAMPLE SHOP'],
])('a card purchase in a known shape gives the shop: %s', (text, shop) => {
  expect(cleanDescription(text)).toBe(shop)
})

test.each([
  '*1234 02.03 NOK 129.00 EXAMPLE SHOP',
  'Varekjøp 42 Dato 02.03 kl. 15.33',
  'Varekjøp møbler, levert 02.03',
  '02.03 møte med Kurs: nybegynner',
])('anything else stays as it is: %s', (text) => {
  expect(cleanDescription(text)).toBe(text)
})

test('whatever the bank writes: one line, no blanks at the ends, and cleaning again changes nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      const once = cleanDescription(text)
      if (once === null) return
      expect(once).not.toMatch(/[\n\r\t]| {2}|^ | $/)
      expect(once.length).toBeGreaterThan(0)
    }),
  )
})
