import { describe, expect, test } from 'vitest'
import {
  type SigningRights,
  signingRights,
  whoSuffices,
} from '../../../src/protocols/brreg/signing-rights.ts'
import { anne, authority, combination, kyrre, peder } from './samples.ts'

const Peder = { name: 'Peder Eksempel', birthdate: '1975-10-12' }
const Anne = { name: 'Anne Prøve', birthdate: '1977-03-05' }
const Kyrre = { name: 'Kyrre Test', birthdate: '1988-03-13' }

describe('reading signing rights', () => {
  test('each pair of rule and combination is one sufficient set, birth dates as dates', () => {
    const rights = signingRights(
      authority({
        text: 'To styremedlemmer i fellesskap. Styrets leder alene.',
        combinations: [combination('R0012', '1', peder), combination('R0012', '2', anne, kyrre)],
      }),
    )
    expect(rights).toEqual({
      kind: 'combinations',
      text: 'To styremedlemmer i fellesskap. Styrets leder alene.',
      sets: [
        { code: 'R0012', explanation: '', people: [Peder] },
        { code: 'R0012', explanation: '', people: [Anne, Kyrre] },
      ],
    })
  })

  test('rows of one combination listed apart are one set, not two smaller ones', () => {
    const rights = signingRights(
      authority({ combinations: [combination('R1', '1', anne), combination('R1', '1', kyrre)] }),
    )
    expect(rights).toMatchObject({ sets: [{ people: [Anne, Kyrre] }] })
  })

  test('somebody with two roles in a set is one person', () => {
    const twice = combination('R1', '1', peder, { ...peder, rolle: { kode: 'DAGL' } })
    expect(signingRights(authority({ combinations: [twice] }))).toMatchObject({ sets: [{ people: [Peder] }] })
  })

  test('a set with a holder that is no person does not look smaller: it does not count', () => {
    const withUnit = combination('R1', '1', anne, { navn: 'EIER ATTRAPP AS', fodselsdato: null })
    const rights = signingRights(authority({ combinations: [withUnit], text: 'Styret i fellesskap.' }))
    expect(rights).toEqual({ kind: 'free_text', text: 'Styret i fellesskap.' })
  })

  test.each([
    ['free text only', { text: 'Etter fullmakt.' }, { kind: 'free_text', text: 'Etter fullmakt.' }],
    ['combinations the service warns about', { text: 'x', combinationStatus: 'IK' }, { kind: 'free_text' }],
    ['nothing registered', {}, { kind: 'unreadable', reason: 'no_rule' }],
    [
      'a look-up that failed',
      { routineStatus: 'FEIL', text: 'x' },
      { kind: 'unreadable', reason: 'lookup_failed' },
    ],
  ])('%s goes to a person', (_what, given, expected) => {
    expect(signingRights(authority(given))).toMatchObject(expected)
  })
  test('combinations without a readable person go to a person', () => {
    const odd = combination('R1', '1', { navn: 'X Y', fodselsdato: '1975/10/12' })
    expect(signingRights(authority({ combinations: [odd] }))).toEqual({
      kind: 'unreadable',
      reason: 'no_people',
    })
  })
})

describe('who suffices', () => {
  const rights = signingRights(
    authority({ combinations: [combination('R0012', '1', peder), combination('R0012', '2', anne, kyrre)] }),
  )
  test('one whole set is enough, more people do no harm', () => {
    expect(whoSuffices(rights, [Peder])).toMatchObject({ sufficient: true, set: { people: [Peder] } })
    expect(whoSuffices(rights, [Kyrre, Anne])).toMatchObject({ sufficient: true })
    expect(whoSuffices(rights, [Kyrre, Peder])).toMatchObject({ sufficient: true })
  })
  test('parts of two sets are no set', () => {
    const pairs = signingRights(
      authority({ combinations: [combination('R', '1', peder, anne), combination('R', '2', peder, kyrre)] }),
    )
    expect(whoSuffices(pairs, [Anne, Kyrre])).toMatchObject({ sufficient: false, missing: [Peder] })
  })
  test('says who is missing from the nearest set', () => {
    expect(whoSuffices(rights, [])).toMatchObject({ sufficient: false, missing: [Peder] })
    const both = signingRights(authority({ combinations: [combination('R', '1', anne, kyrre)] }))
    expect(whoSuffices(both, [Anne])).toMatchObject({ reason: 'signers_missing', missing: [Kyrre] })
  })
  test('the same name born on another day is another person', () => {
    expect(whoSuffices(rights, [{ ...Peder, birthdate: '1975-10-13' }])).toMatchObject({ sufficient: false })
  })
  test('another name born on the same day is pointed out, not accepted', () => {
    const renamed = { ...Peder, name: 'Peder Nyttnavn' }
    expect(whoSuffices(rights, [renamed])).toMatchObject({ sufficient: false, sameBirthdate: [renamed] })
  })
  test('one person does not stand for two', () => {
    const twins = signingRights(
      authority({
        combinations: [
          combination('R', '1', { ...anne, navn: 'Anne Prøve' }, { ...anne, navn: 'Anne Lise Prøve' }),
        ],
      }),
    )
    expect(whoSuffices(twins, [Anne])).toMatchObject({ sufficient: false })
    expect(whoSuffices(twins, [Anne, Anne])).toMatchObject({ sufficient: true })
    const exact = [{ ...Anne, name: 'Anne Lise Prøve' }, Anne]
    expect(whoSuffices(twins, exact)).toMatchObject({ sufficient: true })
  })
  test.each<SigningRights>([
    { kind: 'free_text', text: 'x' },
    { kind: 'unreadable', reason: 'no_rule' },
  ])('$kind never suffices', (unread) => {
    expect(whoSuffices(unread, [Peder, Anne, Kyrre])).toMatchObject({
      sufficient: false,
      reason: unread.kind,
    })
  })
})
