import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  bbanToIban,
  formatBban,
  ibanToBban,
  isBban,
  isIban,
  isKid,
  isOrganisationNumber,
  kidCheckCharacters,
  normaliseAccount,
} from '../../src/domain/norwegian.ts'
import { besideProject } from '../corpus/beside.ts'

describe('account numbers', () => {
  test.each(['15032080119', '86011117947', '60010612341', '97150512348'])('%s is a BBAN', (bban) => {
    expect(isBban(bban)).toBe(true)
  })
  test.each([
    ['86011117949', 'wrong check digit'],
    ['1503208011', 'ten digits'],
    ['150320801190', 'twelve digits'],
    ['1503208011A', 'a letter'],
    ['1503.20.80119', 'dots'],
    ['', 'nothing'],
  ])('%s is no BBAN: %s', (text) => {
    expect(isBban(text)).toBe(false)
  })
  test('an account with 00 in positions 5-6 passes by the ordinary or by the short rule', () => {
    expect(isBban('36330000001')).toBe(true)
    expect(isBban('36330000000')).toBe(true)
    expect(isBban('36330000002')).toBe(false)
  })
  test('a BBAN becomes its IBAN and comes back', () => {
    expect(bbanToIban('15032080119')).toBe('NO5015032080119')
    expect(ibanToBban('NO5015032080119')).toBe('15032080119')
    expect(ibanToBban('SE4550000000058398257466')).toBeUndefined()
    expect(() => bbanToIban('15032080118')).toThrow(RangeError)
  })
  test('an IBAN is checked modulo 97, a Norwegian one down to its BBAN', () => {
    expect(isIban('NO9386011117947')).toBe(true)
    expect(isIban('SE4550000000058398257466')).toBe(true)
    expect(isIban('NO9286011117947')).toBe(false)
    expect(isIban('NO93 8601 1117947')).toBe(false)
    expect(isIban('no9386011117947')).toBe(false)
  })
  test('one account has one key however it is written', () => {
    const writings = [
      '15032080119',
      '1503.20.80119',
      '1503 20 80119',
      'NO5015032080119',
      'no50 1503 2080 119',
    ]
    expect(new Set(writings.map(normaliseAccount))).toEqual(new Set(['NO5015032080119']))
  })
  test('an account that is not Norwegian keeps its own number', () => {
    expect(normaliseAccount('se45 5000 0000 0583 9825 7466')).toBe('SE4550000000058398257466')
    expect(normaliseAccount('15032080118')).toBe('15032080118')
    expect(normaliseAccount('Driftskonto 2')).toBe('DRIFTSKONTO2')
  })
  test('every valid BBAN and its IBAN share the key; a changed digit in the IBAN never does', () => {
    const digits = fc.stringMatching(/^\d{11}$/).filter(isBban)
    fc.assert(
      fc.property(digits, fc.nat(14), fc.integer({ min: 1, max: 9 }), (bban, at, by) => {
        const iban = bbanToIban(bban)
        expect(isIban(iban)).toBe(true)
        expect(normaliseAccount(iban)).toBe(normaliseAccount(bban))
        const place = Math.max(2, at)
        const changed = iban.slice(0, place) + ((Number(iban[place]) + by) % 10) + iban.slice(place + 1)
        expect(isIban(changed)).toBe(false)
      }),
      { numRuns: 200 },
    )
  })
  test('an account is shown as people read it', () => {
    expect(formatBban('15032080119')).toBe('1503.20.80119')
    expect(formatBban('abc')).toBe('abc')
  })
})

test('organisation numbers pass by modulo 11 whatever their first digit', () => {
  for (const valid of ['999999999', '312345676', '123456785']) expect(isOrganisationNumber(valid)).toBe(true)
  for (const invalid of ['999999998', '910336810', '12345678', '99999999A', '']) {
    expect(isOrganisationNumber(invalid)).toBe(false)
  }
})

describe('KID', () => {
  test('either check digit will do, leading zeros count, MOD11 may end in a hyphen', () => {
    expect(kidCheckCharacters('1234567')).toEqual({ mod10: '4', mod11: '4' })
    expect(kidCheckCharacters('20260300017')).toEqual({ mod10: '7', mod11: '1' })
    for (const kid of ['12345674', '0000000123455', '202603000177', '202603000171', '1009-', '00', '40-']) {
      expect(isKid(kid), kid).toBe(true)
    }
    for (const text of ['', '1', '202603000172', '1009', 'abc', '10-09', '-', '1'.repeat(26)]) {
      expect(isKid(text), text).toBe(false)
    }
  })
  test('a body of any length with its own check character is a KID', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\d{1,24}$/), (body) => {
        const { mod10, mod11 } = kidCheckCharacters(body)
        expect(isKid(body + mod10)).toBe(true)
        expect(isKid(body + mod11)).toBe(true)
      }),
    )
  })
})

const reference = besideProject('reference/identifiers/test-vectors.json')
test.skipIf(reference.missing)('agrees with the reference vectors', () => {
  const vectors = JSON.parse(readFileSync(reference.url, 'utf8'))
  const zero = vectors.bban.zeroZeroAccounts
  for (const n of [...vectors.bban.valid, ...zero.ordinaryRule, ...zero.reducedRule])
    expect(isBban(n), n).toBe(true)
  for (const n of vectors.bban.invalid) expect(isBban(n), n).toBe(false)
  for (const n of vectors.iban.valid) expect(isIban(n), n).toBe(true)
  for (const n of vectors.iban.invalid) expect(isIban(n), n).toBe(false)
  for (const n of vectors.orgnr.valid) expect(isOrganisationNumber(n), n).toBe(true)
  for (const n of vectors.orgnr.invalid) expect(isOrganisationNumber(n), n).toBe(false)
  for (const n of vectors.kid.mod10) expect(kidCheckCharacters(n.slice(0, -1)).mod10, n).toBe(n.slice(-1))
  for (const n of [...vectors.kid.mod11, ...vectors.kid.mod11WithDash]) {
    expect(kidCheckCharacters(n.slice(0, -1)).mod11, n).toBe(n.slice(-1))
  }
})

const numbers = besideProject('corpus/numbers/')
test.skipIf(numbers.missing)('agrees with what other programs say of numbers', () => {
  type Verdicts = {
    account?: [string, boolean][]
    org?: [string, boolean][]
    iban?: Record<string, string>
  }
  const read = (name: string) => JSON.parse(readFileSync(new URL(name, numbers.url), 'utf8'))
  const clean = (text: string) => text.replace(/[ .]/g, '')
  for (const name of [
    'Ondkloss+norwegian-numbers.js__account-org.json',
    'koblas+stdnum-js__account-org.json',
    'glennwedin+no-data-validator__numbers.json',
  ]) {
    const { account = [], org = [], iban = {} } = read(name) as Verdicts
    for (const [text, valid] of account) expect(isBban(clean(text)), `${name} ${text}`).toBe(valid)
    for (const [text, valid] of org) expect(isOrganisationNumber(clean(text)), `${name} ${text}`).toBe(valid)
    for (const [bban, expected] of Object.entries(iban)) expect(bbanToIban(clean(bban))).toBe(expected)
  }
  for (const { kid, valid } of read('Ondkloss+norwegian-numbers.js__kid.json')) {
    expect(isKid(kid), kid).toBe(valid)
  }
  for (const { kid, valid } of read('glennwedin+no-data-validator__numbers.json').kid) {
    expect(isKid(kid), kid).toBe(valid)
  }
})
