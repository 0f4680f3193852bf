import { describe, expect, test } from 'vitest'
import { dialects, message, readText } from './samples.ts'

const only = async (fields: string, head?: string) => (await readText(message(fields, head))).entries[0]

describe('a statement', () => {
  test('begins with the file, has its head before its entries and again, whole, behind them', async () => {
    const { parts, failure } = await readText(message(':61:2603030303C1,00NTRFNONREF'))
    expect(failure).toBeUndefined()
    expect(parts.map((part) => part.kind)).toEqual(['file', 'statement', 'entry', 'statementEnd'])
    expect(parts[0]).toEqual({ kind: 'file', format: 'mt940', version: 'mt940', encoding: 'UTF-8' })
    expect(parts[3]).toMatchObject({
      head: {
        id: 'STMT1',
        sequence: '62/1',
        account: 'NO5499990100019',
        accountKind: 'IBAN',
        currency: 'NOK',
      },
    })
  })
  test('in several messages gives one for each, with the balances between them', async () => {
    const { heads, warnings } = await readText(dialects)
    expect(warnings).toEqual([])
    expect(
      heads.map((head) => [
        head.sequence,
        ...head.balances.map(({ code, amount }) => `${code} ${amount.minor}`),
      ]),
    ).toEqual([
      ['62/1', '60F 100000', '62M 120800'],
      ['62/2', '60M 120800', '62F 121600', '64 121600'],
    ])
  })
  test('whose opening balance is dated the evening before covers the days after it', async () => {
    const { heads } = await readText(message(':61:2603030303C1,00NTRFNONREF'))
    expect(heads[0]).toMatchObject({ from: '2026-03-03', to: '2026-03-03' })
    expect(heads[0]?.balances.map(({ type }) => type)).toEqual(['previouslyClosedBooked', 'closingBooked'])
  })
  test('with entries of the day of its opening balance covers that day too', async () => {
    const { heads } = await readText(message(':61:2603020302C1,00NTRFNONREF'))
    expect(heads[0]).toMatchObject({ from: '2026-03-02', to: '2026-03-03' })
    expect(heads[0]?.balances[0]?.type).toBe('openingBooked')
  })
  test.each([
    ['NO5499990100019', 'NO5499990100019', 'IBAN'],
    ['9999.01.00019 NOK', '99990100019', 'BBAN'],
    ['99990100019NOK', '99990100019', 'BBAN'],
    ['BANKNOKK/NO5499990100019', 'NO5499990100019', 'IBAN'],
    ['10020030/1234567', '10020030/1234567', 'other'],
  ])('of account %s is of %s, and the bank’s own writing is kept', async (written, account, accountKind) => {
    const { heads } = await readText(message('', `:25:${written}\n:60F:C260302NOK1,00`))
    const asWritten = written === account ? {} : { accountAsWritten: written }
    expect(heads[0]).toMatchObject({ account, accountKind, ...asWritten })
  })
  test('that is cut off has no end, unless the end of the message stands there', async () => {
    const text = ':20:A\n:25:99990100019\n:60F:C260302NOK1,00\n:61:2603030303C1,00NTRF\n:86:Depositum\n'
    for (const cut of [text, text.slice(0, -1), text.slice(0, -4), `${text}:62`]) {
      const { heads, parts, failure } = await readText(cut)
      expect([heads, failure?.code, failure?.line]).toEqual([[], 'file_truncated', 1])
      expect(parts[0]).toMatchObject({ format: 'mt940' })
    }
    for (const end of ['-', '-}', '\n']) {
      const { heads, entries, warnings } = await readText(text + end)
      expect([heads.length, entries.length, warnings]).toEqual([1, 1, ['closing_balance_missing']])
    }
    const two = await readText(text + text.replace(':20:A', ':20:B'))
    expect([two.heads.map(({ id }) => id), two.failure?.detail]).toEqual([
      ['A'],
      expect.stringContaining('statement B'),
    ])
  })
  test('of MT942 may end with any line, but not within one', async () => {
    const text = ':20:A\n:25:99990100019\n:34F:NOKD0,00\n:61:2603030303C1,00NTRF\n:86:Depo'
    expect((await readText(`${text}\n`)).heads).toHaveLength(1)
    expect((await readText(`${text}\n:90C:1NOK1,00`)).heads).toHaveLength(1)
    expect((await readText(text)).failure?.code).toBe('file_truncated')
  })
  test('that ends inside a balance has none: a shorter number would be a wrong one', async () => {
    const cut = (text: string) =>
      readText(`:20:A\n:25:99990100019\n:60F:C260302NOK1,00\n:62F:C260303NOK${text}`)
    expect((await cut('12,3')).warnings).toEqual(['balance_unreadable', 'closing_balance_missing'])
    expect((await cut('12,34')).warnings).toEqual([])
    expect((await cut('12,3\n')).heads[0]?.balances[1]?.amount.minor).toBe(1230n)
  })
  test('MT942 takes its currency from the floor limit, states no balance and may only announce', async () => {
    const { parts, entries } = await readText(
      ':20:A\n:25:99990100019\n:28C:1/1\n:34F:NOKD0,00\n:13D:2603031730+0100\n:61:260303EC5,00NTRFNONREF\n:61:2603030303D4,00NTRFNONREF\n:90D:1NOK4,00\n-\n',
    )
    expect(parts[0]).toMatchObject({ format: 'mt942' })
    expect(entries.map(({ status, amount, bookingDate }) => [status, amount.minor, bookingDate])).toEqual([
      ['pending', 500n, undefined],
      ['booked', -400n, '2026-03-03'],
    ])
    expect(parts.at(-1)).toMatchObject({ head: { to: '2026-03-03', balances: [], currency: 'NOK' } })
  })
})

describe('a movement', () => {
  test.each([
    ['2603030303C12,50NTRFNONREF', 1250n, 'credit', false],
    ['2603030303D12,NTRFNONREF', -1200n, 'debit', false],
    ['2603030303DK12,5NTRFNONREF', -1250n, 'debit', false],
    ['2603030303RC12,00NTRFNONREF', -1200n, 'debit', true],
    ['2603030303RDK12,00NTRFNONREF', 1200n, 'credit', true],
    ['260303    C000000000012.50NTRF', 1250n, 'credit', false],
    ['260303d1,01N946NONREF', -101n, 'debit', false],
    ['2603030303C500NTRF29-07-2014 10:05//B4', 50_000n, 'credit', false],
    ['2603030303D20,00NONREF', -2000n, 'debit', false],
    ['2603030303CN220000,00//19239782213', 22_000_000n, 'credit', false],
  ])('%s', async (line, minor, direction, reversal) => {
    expect(await only(`:61:${line}`)).toMatchObject({
      amount: { minor, currency: 'NOK' },
      direction,
      reversal,
    })
  })
  test('has the bank’s reference as its id and the payer’s in its detail', async () => {
    const entry = await only(':61:2603030303C1,00NTRFKUNDE 17//B6A02\nNO5499990100019')
    expect(entry).toMatchObject({
      bankIds: { servicerReference: 'B6A02' },
      proprietaryCode: 'NTRF',
      details: [{ references: { instructionId: 'KUNDE 17' }, debtor: { account: 'NO5499990100019' } }],
    })
  })
  test.each([
    ['2512310101', '2026-01-01'],
    ['2601011231', '2025-12-31'],
    ['2602290301', '2026-03-01'],
  ])('%s is booked in the year next to its value date', async (dates, bookingDate) => {
    expect(await only(`:61:${dates}C1,00NTRFNONREF`)).toMatchObject({ bookingDate })
  })
  test('without entry date is booked on its value date, or where that lies outside on the last day', async () => {
    const { entries, warnings } = await readText(
      message(':61:260303C1,00NTRF\n:61:260401C2,00NTRF\n:61:260115C3,00NTRF'),
    )
    expect(entries.map((entry) => entry.bookingDate)).toEqual(['2026-03-03', '2026-03-03', '2026-03-03'])
    expect(entries.map((entry) => entry.valueDate)).toEqual(['2026-03-03', '2026-04-01', '2026-01-15'])
    expect(warnings).toEqual(['booking_date_missing'])
  })
  test.each([
    ['2603030303X12,50NTRF', 'no mark'],
    ['2603030303C,50NTRF', 'no digits'],
    ['2603030303C12,505NTRF', 'more decimals than the currency has'],
    ['2603030303C12,50', 'cut off behind the amount'],
    ['', 'nothing'],
  ])('%s is left out with a warning that names its line: %s', async (line) => {
    const { entries, parts } = await readText(message(`:61:${line}\n:61:2603030303C1,00NTRF`))
    expect(entries).toHaveLength(1)
    const warnings = parts.flatMap((part) => (part.kind === 'warning' ? part.warning : []))
    expect(warnings).toMatchObject([{ rule: 'entry_unreadable', line: 5 }])
  })
})

describe('what a bank tells of a movement', () => {
  test('in numbered subfields, cut at any place', async () => {
    const { entries } = await readText(dialects)
    expect(entries[0]).toMatchObject({
      text: 'GUTSCHRIFT',
      proprietaryCode: 'NTRF+166+0399',
      details: [
        {
          references: { endToEndId: 'F-2026-17' },
          debtor: { name: 'Fjordfisk AS Avd Nord', account: 'NO5499990100019', bic: 'BANKNOKKXXX' },
          text: 'Faktura 17',
        },
      ],
    })
  })
  test('between slashes', async () => {
    const { entries } = await readText(dialects)
    expect(entries[2]).toMatchObject({
      text: 'RETUR',
      details: [{ references: {}, debtor: { name: 'Øyvind Testesen' }, text: 'Feil konto' }],
    })
  })
  test('in words, and in several fields', async () => {
    expect(
      (await only(':61:2603030303D1,00NTRF\n:86:Leie mars  2026\n:86:Storgata 1\n\n'))?.details,
    ).toMatchObject([{ text: 'Leie mars 2026\nStorgata 1' }])
  })
  test('in lines with numbers (field NS)', async () => {
    const entry = await only(':61:2603030303D1,00S051\n:NS:01Leie\n02mars\n15Huseier AS\n17FAST OPPDRAG')
    expect(entry).toMatchObject({
      text: 'FAST OPPDRAG',
      details: [{ text: 'Leie\nmars', creditor: { name: 'Huseier AS' } }],
    })
  })
  test('behind the closing balance is of the statement, not of the last movement', async () => {
    const { entries } = await readText(
      `${message(':61:2603030303D1,00NTRF').slice(0, -2)}:86:SUM OF ALL\n-\n`,
    )
    expect(entries[0]?.details).toEqual([])
  })
})

describe('bytes', () => {
  const text = message(':61:2603030303C1,00NTRFNONREF\n:86:Blåbær og rømme')
  const named = async (bytes: Uint8Array) => {
    const { parts, entries } = await readText(bytes)
    return [(parts[0] as { encoding?: string }).encoding, entries[0]?.details[0]?.text]
  }
  test.each([
    ['UTF-8', Buffer.from(text)],
    ['UTF-8', Buffer.from(`\ufeff${text}`)],
    ['UTF-16', Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['UTF-16', Buffer.from(text, 'utf16le')],
    ['UTF-16', Buffer.from(`\ufeff${text}`, 'utf16le').swap16()],
    ['ISO-8859-1', Buffer.from(text, 'latin1')],
    ['UTF-8', Buffer.from(text.replaceAll('\n', '\r\n'))],
    ['UTF-8', Buffer.from(text.replaceAll('\n', '\r'))],
  ])('in %s', async (encoding, bytes) => {
    expect(await named(bytes)).toEqual([encoding, 'Blåbær og rømme'])
  })
  test('that turn to another encoding are read with a warning', async () => {
    const filler = message(':61:2603030303C1,00NTRFNONREF\n:86:Blåbær').repeat(700)
    const { entries, warnings, failure } = await readText(
      Buffer.concat([Buffer.from(filler), Buffer.from(text, 'latin1')]),
    )
    expect(failure).toBeUndefined()
    expect(warnings).toEqual(['encoding_mixed'])
    expect(entries.map((entry) => entry.details[0]?.text)).toEqual([
      ...Array(700).fill('Blåbær'),
      'Blåbær og rømme',
    ])
  })
  test('give the same parts however they are cut', async () => {
    const whole = await readText(dialects)
    for (const chunk of [1, 2, 3, 7, 64, 255]) expect(await readText(dialects, chunk)).toEqual(whole)
  })
})

test('amounts behind the booked one: what was ordered, the rate, fees', async () => {
  const first = async (fields: string) => (await readText(message(fields))).entries[0]
  const card = await first(':61:2603030303D115,20NMSCNONREF\n/OCMT/EUR10,00//EXCH/11,52/\n:86:Kortkjøp')
  expect(card?.amounts).toEqual({
    instructed: { minor: 1000n, currency: 'EUR' },
    exchange: { source: 'EUR', target: 'NOK', rate: '11.52' },
  })
  const fee = await first(':61:2603030303D10,50NTRFNONREF\n:86:020?00VIREMENT?20/CHG\n?21S/NOK0,5/')
  expect(fee).toMatchObject({ charges: [{ amount: { minor: -50n, currency: 'NOK' } }] })
  const same = await first(':61:2603030303D10,NTRFNONREF\n/OCMT/NOK10,00/\n:86:x')
  expect(same).not.toHaveProperty('amounts')
})
