import { describe, expect, test } from 'vitest'
import { cleanWords, wordsLike } from '../../src/statements/words.ts'

describe('the words of a text', () => {
  test.each([
    ['02.03 REMA 1000', 'rema 1000'],
    ['2.3.2026 REMA 1000', 'rema 1000'],
    ['2026-03-02 Rema 1000', 'rema 1000'],
    ['Dato 02.03 Rema 1000', 'rema 1000'],
    ['Til: Kari Prøve', 'kari prøve'],
    ['02.03 Fra: KARI  PRØVE', 'kari prøve'],
    ['Betaling til: Kari, Prøve.', 'kari prøve'],
    ['Nettgiro fra: kari-prøve', 'kari prøve'],
    ['1000 kroner', '1000 kroner'],
    ['Tilbake', 'tilbake'],
    ['02.03', '02 03'],
    ['…', ''],
  ])('%s', (text, words) => {
    expect(cleanWords(text).join(' ')).toBe(words)
  })
})

describe('how much two texts say the same', () => {
  test.each([
    ['02.03 REMA 1000', 'Rema 1000', 1],
    ['Til: Kari Prøve', 'KARI PRØVE', 1],
    ['Rema 1000', 'Rema 1000 Oslo kort 1234', 0.75],
    ['Rema Rema', 'Rema', 0.75],
    ['Leie mars', 'Leie april', 0.5 / 3],
    ['Gebyr', 'Varekjøp', 0],
    ['—', '—', 1],
    ['—', 'Gebyr', 0],
    [null, 'Gebyr', 0],
  ])('%s | %s', (one, other, like) => {
    expect(wordsLike(one, other)).toBeCloseTo(like)
    expect(wordsLike(other, one)).toBeCloseTo(like)
  })
})

test('texts as long as a book are compared by their beginning', () => {
  const book = (letter: string) => Array.from({ length: 200_000 }, (_none, i) => `${letter}${i}`).join(' ')
  expect(wordsLike(book('a'), book('b'))).toBe(0)
  expect(wordsLike(`Gebyr ${book('a')}`, `gebyr ${book('a')}.`)).toBe(1)
})
