import { describe, expect, test } from 'vitest'
import { nameWords, sameName } from '../../../src/protocols/brreg/names.ts'

describe('the same person by name, birth dates being equal', () => {
  test.each([
    ['Kari Eksempel', 'KARI EKSEMPEL'],
    ['Kari  Eksempel ', 'Kari Eksempel'],
    ['Håkon Prøve', 'Haakon Prøve'],
    ['Åse Prøve', 'AASE PRØVE'],
    ['A\u030Ase Test', '\u00C5se Test'],
    ['André Test', 'Andre Test'],
    ['Anne-Marie Test', 'Anne Marie Test'],
    ['Anne Marie Prøve Test', 'Anne Test'],
    ['Anne M. Test', 'Anne M Test'],
    ['Ola Prøve-Eksempel', 'Ola Prøve Eksempel'],
    ["Liv O'Test", 'Liv OTest'],
    ['Prøve', 'PRØVE'],
  ])('%s = %s', (a, b) => {
    expect(sameName(a, b)).toBe(true)
    expect(sameName(b, a)).toBe(true)
  })
  test.each([
    ['Bjørn Test', 'Bjorn Test', 'ø is no o'],
    ['Pål Test', 'Pal Test', 'å is no a'],
    ['Kjær Test', 'Kjaer Test', 'æ is not spelled out'],
    ['Björn Test', 'Bjorn Test', 'ö is no o'],
    ['Anne Marie Test', 'Marie Test', 'another call name'],
    ['Anne Marie Test', 'Anne Marit Test', 'another middle name'],
    ['Anne Test', 'Anne Prøve', 'another family name'],
    ['Anne Test', 'Anne', 'no family name'],
    ['Test Anne', 'Anne Test', 'another order'],
    ['', '', 'nobody'],
    ['-', '.', 'nobody'],
  ])('%s ≠ %s (%s)', (a, b) => {
    expect(sameName(a, b)).toBe(false)
    expect(sameName(b, a)).toBe(false)
  })
  test('words are bare', () =>
    expect(nameWords('  Áhkká-Čáppa d’Ååsen ')).toEqual(['ahkka', 'cappa', 'dååsen']))
})
