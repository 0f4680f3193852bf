import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { avtaleGiro, beginning, payment, readText, transmission } from './samples.ts'

describe('OCR giro', () => {
  test('gives a statement for each assignment that moves no balance by itself', async () => {
    const { parts, failure } = await readText(transmission([{ ore: 102_000n, kid: '1234567897' }]))
    expect(failure).toBeUndefined()
    expect(parts.map((part) => part.kind)).toEqual(['file', 'statement', 'entry', 'statementEnd'])
    expect(parts[0]).toMatchObject({ format: 'nets-ocr' })
    const head = {
      id: '0000001',
      account: '99990100019',
      accountKind: 'BBAN',
      detailsOnly: true,
      balances: [],
    }
    expect(parts[1]).toMatchObject({ head })
  })
  test('gives a payment with its KID, who paid, and the line of the account statement that it stands in', async () => {
    const one = {
      ore: 102_050n,
      kid: '0001234567897',
      debit: '99990100019',
      text: 'Takk for sist',
      kind: '21',
    }
    const { entries } = await readText(transmission([one]))
    expect(entries).toEqual([
      {
        status: 'booked',
        amount: { minor: 102_050n, currency: 'NOK' },
        direction: 'credit',
        bookingDate: '2026-03-02',
        reversal: false,
        bankIds: {},
        proprietaryCode: 'OCR-21',
        settlement: '020326-100001',
        details: [
          {
            amount: { minor: 102_050n, currency: 'NOK' },
            references: {
              kid: '0001234567897',
              creditorReferences: ['0001234567897'],
              servicerReference: '963680110',
            },
            debtor: { account: '99990100019' },
            text: 'Takk for sist',
          },
        ],
      },
    ])
  })
  test('keeps a KID that ends in a hyphen, and its leading zeros', async () => {
    const { entries } = await readText(transmission([{ ore: 100n, kid: '0000000000000000000001-' }]))
    expect(entries[0]?.details[0]?.references.kid).toBe('0000000000000000000001-')
  })
  test('takes money back where the sign says so', async () => {
    const { entries, warnings } = await readText(
      transmission([{ ore: -5_000n, kind: '18', kid: '1234567897' }]),
    )
    expect(entries).toMatchObject([{ amount: { minor: -5_000n }, direction: 'debit', reversal: true }])
    expect(warnings).toEqual([])
  })
  test.each([
    ['-0000000000003000', []],
    ['0000000000003000-', []],
    ['00000000000003000', []],
    ['00000000000007000', ['trailer_differs', 'trailer_differs']],
    ['-0000000000007000', ['trailer_differs', 'trailer_differs']],
  ])('holds the signed sum of the trailers, %s, against the payments', async (stated, expected) => {
    const { warnings } = await readText(transmission([{ ore: 2_000n }, { ore: -5_000n }], stated))
    expect(warnings).toEqual(expected)
  })
  test('says which count of a trailer differs, and where', async () => {
    const lines = transmission([{ ore: 2_000n }, { ore: 5_000n }]).split('\n')
    const { parts } = await readText(lines.toSpliced(4, 2).join('\n'))
    const warnings = parts.flatMap((part) => (part.kind === 'warning' ? part.warning : []))
    expect(warnings.slice(0, 3)).toEqual([
      { rule: 'trailer_differs', detail: 'the trailer says 2 transactions, there are 1', line: 5 },
      { rule: 'trailer_differs', detail: 'the trailer says 6 records, there are 4', line: 5 },
      { rule: 'trailer_differs', detail: 'the trailer says 7000 øre, there are 2000', line: 5 },
    ])
    expect(warnings).toHaveLength(6)
  })
  test('passes over records it does not know, as type 50, and counts them', async () => {
    const lines = transmission([{ ore: 2_000n }]).split('\n')
    const more = lines.toSpliced(4, 0, `NY091050${'0'.repeat(72)}`).join('\n')
    const counted = more
      .replace(/^(NY0900880{7}1)00000004/m, '$100000005')
      .replace(/^(NY0000890{7}1)00000006/m, '$100000007')
    const { entries, warnings } = await readText(counted)
    expect([entries.length, warnings]).toEqual([1, ['record_unknown']])
  })
  test('without an assignment or an end is read with warnings', async () => {
    const { heads, entries, warnings } = await readText(payment(1, { ore: 100n }).join('\n'))
    expect(heads).toMatchObject([{ id: '', account: '' }])
    expect(entries).toMatchObject([{ status: 'booked', amount: { minor: 100n } }])
    expect(warnings).toEqual(['account_missing', 'end_record_missing'])
  })
  test('leaves out a payment of a day in no calendar, and names it', async () => {
    const { parts, entries } = await readText(transmission([{ ore: 100n, date: '300226' }, { ore: 5n }]))
    expect(entries).toHaveLength(1)
    expect(parts).toContainEqual({
      kind: 'warning',
      warning: { rule: 'entry_unreadable', detail: 'the day "300226" is in no calendar', line: 3 },
    })
  })
  test.each([
    ['a letter in the amount', (line: string) => `${line.slice(0, 40)}X${line.slice(41)}`],
    ['an unknown sign', (line: string) => `${line.slice(0, 31)}+${line.slice(32)}`],
    ['the end missing', (line: string) => line.slice(0, 60)],
  ])('with %s a payment is left out with a warning', async (_, change) => {
    const [first = '', second = ''] = payment(1, { ore: 100n })
    const { entries, warnings } = await readText([...beginning, change(first), second, ''].join('\n'))
    expect([entries, warnings]).toEqual([[], ['entry_unreadable', 'end_record_missing']])
  })
})

describe('AvtaleGiro', () => {
  test('gives claims, which are announced only, and says that agreements are none', async () => {
    const { heads, entries, warnings } = await readText(avtaleGiro)
    expect(warnings).toEqual(['agreements_passed_over'])
    expect(heads).toMatchObject([
      { id: '4000086', account: '99990100019', detailsOnly: true },
      { id: '0000002', account: '99990100019', detailsOnly: true },
    ])
    expect(entries).toEqual([
      {
        status: 'information',
        amount: { minor: 12_500n, currency: 'NOK' },
        direction: 'credit',
        valueDate: '2026-03-02',
        reversal: false,
        bankIds: {},
        proprietaryCode: 'AVTALEGIRO-21',
        details: [
          {
            amount: { minor: 12_500n, currency: 'NOK' },
            references: {
              kid: '1234567897',
              creditorReferences: ['1234567897'],
              instructionId: 'FAKTURA 17',
            },
            debtor: { name: 'KARI NORD' },
            text: 'Abonnement mars\nTakk for at du betaler',
          },
        ],
      },
    ])
  })
  test('and OCR giro may stand in one file', async () => {
    const both = transmission([{ ore: 100n }]) + avtaleGiro
    const { heads, warnings } = await readText(both)
    expect(heads.map((head) => head.id)).toEqual(['0000001', '4000086', '0000002'])
    expect(warnings).toEqual(['agreements_passed_over'])
  })
})

describe('whatever comes', () => {
  const sample = Buffer.from(
    transmission([{ ore: 2_000n, kid: '1234567897', text: 'Bjørn' }, { ore: -5_000n }]) + avtaleGiro,
    'latin1',
  )
  test('the same bytes give the same parts however they are cut', async () => {
    const whole = await readText(sample)
    expect(whole.parts[0]).toMatchObject({ encoding: 'ISO-8859-1' })
    for (const chunk of [1, 2, 79, 80, 81, 500]) expect(await readText(sample, chunk)).toEqual(whole)
  })
  test('cut short at any byte there is no wrong amount', async () => {
    const amounts = (await readText(sample)).entries.map((entry) => entry.amount)
    for (let length = 0; length < sample.length; length++) {
      const { entries, failure } = await readText(sample.subarray(0, length))
      if (failure) expect(['file_empty', 'format_unknown']).toContain(failure.code)
      expect(entries.map((entry) => entry.amount)).toEqual(amounts.slice(0, entries.length))
    }
  })
  test('a byte changed is read or refused, never anything else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(sample.length - 1), fc.nat(255), async (at, value) => {
        const changed = Uint8Array.from(sample)
        changed[at] = value
        const { failure, entries } = await readText(changed)
        for (const one of entries) expect(typeof one.amount.minor).toBe('bigint')
        if (failure) expect(failure.code).toMatch(/^(format|file|record)_/)
      }),
      { numRuns: 500 },
    )
  })
  test('any payments come through exact to the øre', async () => {
    const one = fc.record({ ore: fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }) })
    await fc.assert(
      fc.asyncProperty(fc.array(one, { minLength: 1, maxLength: 30 }), async (payments) => {
        const { entries, warnings } = await readText(transmission(payments))
        expect(entries.map((entry) => entry.amount.minor)).toEqual(payments.map(({ ore }) => ore))
        expect(warnings).toEqual([])
      }),
      { numRuns: 50 },
    )
  })
})
