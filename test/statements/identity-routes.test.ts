import { describe, expect, test } from 'vitest'
import type { ReconcileOptions, Rulings } from '../../src/statements/identity.ts'
import { toObserved } from '../../src/statements/normal.ts'
import { statementStore } from '../support/statement-store.ts'
import { type Movement, tell, type Voice } from '../support/told-ledger.ts'

// Who is who between routes, formats and consents; each case was a counterexample or stands in the law.

const date = (day: number) => `2026-03-${String(day).padStart(2, '0')}`
const period = { from: date(1), to: date(28) }
let key = 0
const payment = (day: number, payee: string, more: Partial<Movement> = {}): Movement => ({
  ...{ key: key++, day: date(day), minor: -9900n, payee },
  ...more,
})

function kept() {
  const store = statementStore()
  const told = (voice: Voice, rows: readonly Movement[], options: Partial<ReconcileOptions> = {}) =>
    store.ingest(
      rows.map((one) => tell(voice, one, '')),
      {
        ...{ route: voice as 'bank:main', permanentIds: false, ...period },
        ...(voice.startsWith('bank')
          ? { complete: period, pending: 'replace' }
          : { complete: null, pending: 'ignore' }),
        ...options,
      },
    )
  const live = () => store.live().map(({ id, state, content }) => `${id} ${state} ${content.text}`)
  return { ...store, told, texts: live }
}

describe('another route', () => {
  const rows = [
    payment(2, 'Rema 1000'),
    payment(2, 'Kari Prøve'),
    payment(2, 'Kari Prøve'),
    payment(3, 'Strøm AS'),
  ]

  test.each<[Voice, Voice]>([
    ['bank:main', 'bank:second'],
    ['bank:second', 'bank:main'],
    ['bank:main', 'file:camt'],
    ['file:camt', 'bank:main'],
    ['file:mt', 'bank:main'],
    ['file:camt', 'file:mt'],
  ])('%s, then %s: every row finds its own, and again', (first, then) => {
    const store = kept()
    store.told(first, rows)
    const ids = store.live().map(({ id }) => id)
    for (const voice of [then, first, then]) {
      expect(store.told(voice, rows)).toMatchObject({ added: [], removed: [] })
    }
    expect(store.live().map(({ id }) => id)).toEqual(ids)
  })

  test('tells hundreds of equal amounts of one day in another order: each finds its own', () => {
    const fees = Array.from({ length: 600 }, (_none, i) =>
      payment(20, `Forelder ${i}`, { minor: 300_000n, kid: `10000${i}` }),
    )
    const store = kept()
    store.told('bank:main', fees)
    const own = new Map(store.live().map(({ id, content }) => [id, content.kid]))
    expect(store.told('file:camt', fees.toReversed())).toMatchObject({ added: [], removed: [] })
    expect(new Map(store.live().map(({ id, content }) => [id, content.kid]))).toEqual(own)
  })

  test('may say one id of another movement: ids are a route’s own', () => {
    const store = kept()
    const [rema, kari] = [payment(2, 'Rema 1000'), payment(2, 'Kari Prøve')]
    const ask = (voice: Voice, ids: string[]) =>
      store.ingest(
        [rema, kari].map((one, i) => tell(voice, one, ids[i] ?? '')),
        { ...period, route: voice as 'bank:main', permanentIds: true, complete: period, pending: 'replace' },
      )
    ask('bank:main', ['1', '2'])
    expect(ask('bank:second', ['2', '1']).removed).toEqual([])
    expect(store.texts()).toEqual(['e00000 booked 02.03 Rema 1000', 'e00001 booked 02.03 Kari Prøve'])
  })

  const shifted = (days: number): Movement => payment(2 + days, 'Husleie')
  const onOtherDay = (voice: Voice, one: Movement, valueDay: string) => {
    const row = tell(voice, one, '')
    return { ...row, valueDate: valueDay }
  }

  test.each([
    ['one day', 1, date(2), 0],
    ['two days', 2, date(2), 0],
    ['three days', 3, date(2), 1],
    ['one day, with another value date', 1, date(3), 1],
  ])('that books %s later is the same only by its value date', (_what, days, valueDay, added) => {
    const store = kept()
    store.told('bank:main', [shifted(0)])
    const stated = [onOtherDay('file:camt', shifted(days), valueDay)]
    const asked = {
      route: 'file:camt',
      permanentIds: false,
      complete: null,
      pending: 'ignore',
      ...period,
    } as const
    expect(store.ingest(stated, asked).added).toHaveLength(added)
    const day = { from: date(2 + days), to: date(2 + days) }
    expect(store.ingest(stated, { ...asked, ...day }).added).toEqual([])
    expect(store.told('bank:main', [shifted(0)])).toMatchObject({ added: [], revised: [] })
  })

  test('that dates two alike payments otherwise is not told which is which', () => {
    const store = kept()
    store.told('bank:main', [shifted(0), shifted(0)])
    const stated = [onOtherDay('bank:second', shifted(1), date(2))]
    expect(
      store.ingest(stated, {
        route: 'bank:second',
        permanentIds: false,
        complete: period,
        pending: 'replace',
        ...period,
      }),
    ).toMatchObject({ added: [{}], removed: [{}, {}] })
  })
})

describe('parts of statements', () => {
  const [own, other] = [payment(2, 'Rema 1000'), payment(2, 'Kari Prøve')]

  test('of two formats, each of another row, are two movements once one format has told both', () => {
    const store = kept()
    store.told('file:camt', [own])
    store.told('file:mt', [other])
    expect(store.live()).toHaveLength(1)
    store.told('file:mt', [own])
    expect(store.live()).toHaveLength(2)
    for (const voice of ['file:camt', 'file:mt', 'bank:main'] as const) {
      store.told(voice, [own, other])
      expect(store.live()).toHaveLength(2)
    }
  })

  test('with and without a KID are two payments', () => {
    const store = kept()
    store.told('file:camt', [{ ...own, kid: '2345676' }])
    expect(store.told('file:camt', [own]).added).toHaveLength(1)
  })
})

describe('words', () => {
  test('that are enriched after booking find their own among equal amounts', () => {
    const store = kept()
    const rows = [payment(2, 'Rema 1000'), payment(2, 'Kari Prøve')]
    store.told('bank:main', rows)
    store.told('bank:main', rows.map((row) => ({ ...row, enriched: true })).reverse())
    expect(store.texts()).toEqual([
      'e00000 booked Rema 1000 Oslo kort 1234',
      'e00001 booked Kari Prøve Oslo kort 1234',
    ])
  })

  test('that are all new tell nothing: two of equal amount get new ids, one alone keeps its own', () => {
    const store = kept()
    store.told('bank:main', [payment(2, 'Rema 1000'), payment(2, 'Kari Prøve'), payment(3, 'Strøm AS')])
    const { added, removed, revised } = store.told('bank:main', [
      payment(2, 'Bensin'),
      payment(2, 'Parkering'),
      payment(3, 'Nettleie'),
    ])
    expect([added.length, removed.length, revised.length]).toEqual([2, 2, 1])
  })

  test('of a file do not make a KID that the bank never said: its own row is known again', () => {
    const store = kept()
    const one = payment(2, 'Rema 1000')
    store.told('bank:main', [one])
    store.told('file:camt', [{ ...one, kid: '2345676' }])
    const { revised, added } = store.told('bank:main', [{ ...one, enriched: true }])
    expect(added).toEqual([])
    expect(revised).toMatchObject([{ content: { kid: '2345676' } }])
  })
})

describe('a hold', () => {
  const hold = payment(2, 'Rema 1000', { pending: true })

  test.each<[string, Partial<Movement>, boolean]>([
    ['with another amount is another movement', { minor: -10_500n }, false],
    ['with other words is another movement', { payee: 'Strøm AS' }, false],
    ['without the KID that it had is another movement', {}, false],
    ['with the payee behind its date is the same', {}, true],
  ])('that is booked %s', (what, change, same) => {
    const store = kept()
    store.told('bank:main', [what.includes('KID') ? { ...hold, kid: '2345676' } : hold])
    const { revised, added } = store.told('bank:main', [{ ...hold, day: date(4), ...change, pending: false }])
    expect([revised.length, added.length]).toEqual(same ? [1, 0] : [0, 1])
  })

  test('that another route still shows stays one beside a booking of the same words', () => {
    const store = kept()
    store.told('bank:main', [hold])
    store.told('bank:second', [hold, payment(4, 'Rema 1000')])
    expect(store.texts()).toEqual(['e00000 pending Til: REMA 1000', 'e00001 booked Til: REMA 1000'])
  })
})

describe('what people have said', () => {
  const [own, other] = [payment(2, 'Rema 1000'), payment(2, 'Kari Prøve')]
  const hash = (voice: Voice, one: Movement) => toObserved(tell(voice, one, ''))?.identityHash ?? ''
  const said = (rulings: Partial<Rulings>): { rulings: Rulings } => ({
    rulings: { different: new Map(), merged: new Map(), ...rulings },
  })

  test('different: a row never goes to that entry, however like it is', () => {
    const store = kept()
    store.told('bank:main', [own])
    const rulings = said({ different: new Map([['e00000', new Set([hash('file:camt', own)])]]) })
    expect(store.told('file:camt', [own], rulings).added).toHaveLength(1)
  })

  test('same: rows of the one that was merged away add nothing, and an equal one that is new does', () => {
    const store = kept()
    store.told('bank:main', [own, other])
    const gone = store.entries.get('e00001')
    if (gone) store.entries.set(gone.id, { ...gone, state: 'removed' })
    const rulings = said({ merged: new Map([['e00001', 'e00000']]) })
    expect(store.told('bank:main', [own, other], rulings)).toMatchObject({
      added: [],
      removed: [],
      revised: [],
    })
    expect(store.told('bank:main', [other], rulings)).toMatchObject({ added: [], removed: [] })
    expect(store.told('bank:main', [own, other, other], rulings).added).toHaveLength(1)
  })

  test('same: what another route tells of the one that was merged away adds nothing either', () => {
    const store = kept()
    store.told('bank:main', [own, other])
    store.told('file:camt', [own, other])
    const gone = store.entries.get('e00001')
    if (gone) store.entries.set(gone.id, { ...gone, state: 'removed' })
    const rulings = said({ merged: new Map([['e00001', 'e00000']]) })
    expect(store.told('file:camt', [own, other], rulings)).toMatchObject({
      added: [],
      removed: [],
      revised: [],
    })
    expect(store.told('file:camt', [other], rulings).added).toEqual([])
  })
})
