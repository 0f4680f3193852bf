import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { balance, entry, readAll, statement } from './read.ts'

const fixture = (name: string) => readFileSync(new URL(`../../../fixtures/camt053/${name}`, import.meta.url))
const nok = (minor: bigint) => ({ minor, currency: 'NOK' })

describe('the days of one account', () => {
  test('version .02 in ISO-8859-1: a batch with its KIDs, a payment, a fee', async () => {
    const { parts, entries, heads, warnings } = await readAll(fixture('2026-03-02.v02.latin1.xml'))
    expect(warnings).toEqual([])
    expect(parts[0]).toEqual({
      kind: 'file',
      format: 'camt.053',
      version: 'camt.053.001.02',
      encoding: 'ISO-8859-1',
      messageId: 'KONTOUTSKRIFT-20260302-01',
    })
    expect(heads).toEqual([
      {
        id: '99990100019-20260302',
        sequence: '42',
        account: 'NO5499990100019',
        accountKind: 'IBAN',
        currency: 'NOK',
        from: '2026-03-02',
        to: '2026-03-02',
        owner: 'Prøveverket Eksempel AS',
        bic: 'EKSMNOK1',
        balances: [
          { type: 'openingBooked', code: 'OPBD', amount: nok(25000000n), date: '2026-03-02' },
          { type: 'closingBooked', code: 'CLBD', amount: nok(22549450n), date: '2026-03-02' },
        ],
      },
    ])
    const [batch, payment, fee] = entries
    expect(batch).toMatchObject({
      status: 'booked',
      amount: nok(1875000n),
      bookingDate: '2026-03-02',
      bankTransactionCode: 'PMNT-RCDT-VCOM',
      proprietaryCode: 'OCR',
      batches: [{ transactions: 2, total: nok(1875000n) }],
      bankIds: { entryReference: '1', servicerReference: '2026061000001' },
    })
    expect(
      batch?.details.map((detail) => [detail.amount, detail.references.kid, detail.debtor?.name]),
    ).toEqual([
      [nok(1250000n), '2026001186', 'Blåbærhagen Prøve SA'],
      [nok(625000n), '2026001194', 'Testkunde Sjø & Land'],
    ])
    expect(payment?.amount).toEqual(nok(-4321000n))
    expect(payment?.details).toEqual([
      {
        amount: nok(-4321000n),
        references: {
          endToEndId: 'LEV-2026-0031',
          messageId: 'KB-20260227-7',
          paymentInformationId: 'KB-20260227-7-1',
          instructionId: 'LEV-2026-0031',
          kid: '00047118',
          creditorReferences: ['00047118'],
        },
        creditor: { name: 'Strømlageret Eksempel AS', account: '99980101017' },
      },
    ])
    expect(fee).toMatchObject({ text: 'Gebyr betalingstjenester februar', details: [], amount: nok(-4550n) })
  })

  test('version .08: status below <Cd>, parties below <Pty>, a return, a card purchase, a reservation', async () => {
    const { entries, warnings } = await readAll(fixture('2026-03-03.v08.xml'))
    const [salary, received, returned, card, reserved] = entries
    expect(warnings).toEqual([])
    expect(salary).toMatchObject({
      details: [],
      batches: [
        {
          transactions: 3,
          messageId: 'KB-20260302-9',
          paymentInformationId: 'KB-20260302-9-1',
          total: nok(-11240000n),
        },
      ],
    })
    expect(received?.details[0]).toEqual({
      amount: nok(899000n),
      references: {},
      debtor: { name: 'Kunde Ås Eksempel AS', account: 'NO6899970303037', bic: 'EKSMNOK2' },
      text: 'Faktura 2026-120\nTakk for hjelpen',
    })
    expect(returned).toMatchObject({
      reversal: true,
      amount: nok(150000n),
      details: [{ returnReason: 'AC04' }],
    })
    expect(card).toMatchObject({
      amount: nok(-123456n),
      reversal: false,
      charges: [{ amount: nok(-2160n), included: true, code: 'COMM' }],
      details: [{ amount: nok(-123456n), creditor: { name: 'MUSTERLADEN TESTSTADT' } }],
    })
    expect(reserved).toMatchObject({ status: 'pending', valueDate: '2026-03-04' })
    expect(reserved).not.toHaveProperty('bookingDate')
  })

  test('several statements in one file, one without entries', async () => {
    const { parts, heads, entries } = await readAll(fixture('2026-03-04.v08.two-accounts.xml'))
    expect(parts.map((part) => part.kind)).toEqual([
      'file',
      'statement',
      'statementEnd',
      'statement',
      'entry',
      'statementEnd',
    ])
    expect(heads.map((head) => head.account)).toEqual(['NO5499990100019', 'NO3299990100027'])
    expect(entries[0]?.details[0]?.references).toEqual({
      endToEndId: 'PO-7788',
      creditorReferences: ['RF18539007547034'],
    })
  })
})

describe('what banks leave out or write their own way', () => {
  test('namespaces: with a prefix, of a nation, none at all, inside an envelope', async () => {
    const plain = statement(entry())
    const prefixed = plain.replace(/<(\/?)([A-Z])/g, '<$1n:$2').replace('xmlns=', 'xmlns:n=')
    const national = plain.replace(/xmlns="[^"]*"/, 'xmlns="http://bank.test/de/camt.053.001.04.xsd"')
    const bare = plain.replace(/ xmlns="[^"]*"/, '')
    const wrapped = plain
      .replace(/<Document.*?>/s, '<Envelope><Header/><Body>$&')
      .concat('</Body></Envelope>')
    const expected = (await readAll(plain)).parts.slice(1)
    for (const [text, version] of [
      [prefixed, 'camt.053.001.08'],
      [national, 'camt.053.001.04'],
      [bare, 'camt.053'],
      [wrapped, 'camt.053.001.08'],
    ] as const) {
      const { parts, failure } = await readAll(text)
      expect(failure).toBeUndefined()
      expect(parts[0]).toMatchObject({ kind: 'file', version })
      expect(parts.slice(1)).toEqual(expected)
    }
  })
  test.each([
    ['<Sts>BOOK</Sts>', 'booked', []],
    ['<Sts><Cd>PDNG</Cd></Sts>', 'pending', []],
    ['<Sts>FUTR</Sts>', 'pending', []],
    ['<Sts><Cd>INFO</Cd></Sts>', 'information', []],
    ['<Sts><Prtry>HVILER</Prtry></Sts>', 'information', ['status_unknown']],
    ['', 'booked', ['status_missing']],
  ])('status %s is %s', async (status, expected, remarks) => {
    const { entries, warnings } = await readAll(statement(entry({ status })))
    expect(entries[0]?.status).toBe(expected)
    expect(warnings).toEqual(remarks)
  })
  test('dates with a time or a zone are the day the bank wrote; impossible ones are none', async () => {
    const dates =
      '<BookgDt><DtTm>2026-03-02T23:59:59Z</DtTm></BookgDt><ValDt><Dt>2026-03-02+01:00</Dt></ValDt>'
    const { entries } = await readAll(statement(entry({ dates })))
    expect(entries[0]).toMatchObject({ bookingDate: '2026-03-02', valueDate: '2026-03-02' })
    const impossible = '<BookgDt><Dt>2026-02-30</Dt></BookgDt>'
    const wrong = await readAll(statement(entry({ dates: impossible })))
    expect([wrong.entries, wrong.warnings]).toEqual([[], ['entry_unreadable']])
    const valued = await readAll(
      statement(entry({ dates: `${impossible}<ValDt><Dt>2026-03-01</Dt></ValDt>` })),
    )
    expect(valued.entries[0]?.bookingDate).toBe('2026-03-01')
    expect(valued.warnings).toEqual(['booking_date_missing'])
    // None is stated at all: the day on which the file was made.
    expect((await readAll(statement(entry({ dates: ' ' })))).entries[0]?.bookingDate).toBe('2026-03-03')
  })
  test('without a booking date the day of a one-day statement counts, else the value date', async () => {
    const undated = entry({ dates: '<ValDt><Dt>2026-03-05</Dt></ValDt>' })
    const oneDay = await readAll(statement(balance('OPBD', '1') + balance('CLBD', '11') + undated + undated))
    expect(oneDay.entries.map((one) => one.bookingDate)).toEqual(['2026-03-02', '2026-03-02'])
    expect(oneDay.warnings).toEqual(['booking_date_missing'])
    const twoDays = `${balance('OPBD', '1', undefined, '2026-03-01')}${balance('CLBD', '11')}${undated}`
    expect((await readAll(statement(twoDays))).entries[0]?.bookingDate).toBe('2026-03-05')
  })
  test('balances: overdrawn, without indicator, with a sign of their own, of a type of the bank', async () => {
    const own = '<Bal><Tp><CdOrPrtry><Prtry>KREDITT</Prtry></CdOrPrtry></Tp><Amt Ccy="NOK">5</Amt></Bal>'
    const inside = [
      balance('OPBD', '100.00', '<CdtDbtInd>DBIT</CdtDbtInd>'),
      balance('CLBD', '7.5', ''),
      balance('CLAV', '-3.00', ''),
      balance('XPCD', '-3.00', '<CdtDbtInd>DBIT</CdtDbtInd>'),
      own,
    ]
    const { heads, warnings } = await readAll(statement(inside.join('')))
    expect(heads[0]?.balances.map((one) => [one.type, one.code, one.amount.minor])).toEqual([
      ['openingBooked', 'OPBD', -10000n],
      ['closingBooked', 'CLBD', 750n],
      ['closingAvailable', 'CLAV', -300n],
      ['other', 'KREDITT', 500n],
    ])
    expect(warnings).toEqual(['balance_unreadable'])
  })
  test('a balance after the entries is in the closing head', async () => {
    const { parts } = await readAll(statement(balance('OPBD', '1') + entry() + balance('CLBD', '11')))
    const counts = parts.flatMap((part) => ('head' in part ? part.head.balances.length : []))
    expect(counts).toEqual([1, 2])
  })
  test.each([
    [
      '<Acct><Id><Othr><Id>99990100019</Id><SchmeNm><Cd>BBAN</Cd></SchmeNm></Othr></Id></Acct>',
      '99990100019',
      'BBAN',
      [],
    ],
    ['<Acct><Id><Othr><Id>1234 5</Id></Othr></Id></Acct>', '12345', 'other', []],
    ['<Acct><Id><IBAN>NO54 9999 0100 019</IBAN></Id></Acct>', 'NO5499990100019', 'IBAN', []],
    ['', '', 'other', ['account_missing']],
  ])('account %s', async (account, number, kind, remarks) => {
    const { heads, warnings } = await readAll(statement('', account))
    expect(heads[0]).toMatchObject({ account: number, accountKind: kind })
    expect(warnings).toEqual(remarks)
  })
  test('details: the entry currency is preferred, the only one of an entry has its amount, a direction may differ', async () => {
    const inside = (details: string) => statement(entry({ more: `<NtryDtls>${details}</NtryDtls>` }))
    const abroad =
      '<TxDtls><Amt Ccy="EUR">0.90</Amt><AmtDtls><CntrValAmt><Amt Ccy="NOK">10.00</Amt></CntrValAmt></AmtDtls></TxDtls>'
    const first = async (details: string) => (await readAll(inside(details))).entries[0]?.details[0]
    expect((await first(abroad))?.amount).toEqual(nok(1000n))
    expect((await first('<TxDtls/>'))?.amount).toEqual(nok(1000n))
    expect(await first('<Btch><NbOfTxs>9</NbOfTxs></Btch><TxDtls/>')).not.toHaveProperty('amount')
    const credit = '<TxDtls><Amt Ccy="NOK">12.00</Amt></TxDtls>'
    const debit = '<TxDtls><Amt Ccy="NOK">2.00</Amt><CdtDbtInd>DBIT</CdtDbtInd></TxDtls>'
    const mixed = (await readAll(inside(credit + debit))).entries[0]?.details.map(
      (detail) => detail.amount?.minor,
    )
    expect(mixed).toEqual([1200n, -200n])
  })
  test('the bank counts other entries than there are', async () => {
    const summary = '<TxsSummry><TtlNtries><NbOfNtries>2</NbOfNtries></TtlNtries></TxsSummry>'
    expect((await readAll(statement(summary + entry()))).warnings).toEqual(['entry_count_differs'])
  })
})

describe('money is read for certain or not at all', () => {
  test.each([
    ['more decimals than the currency has', { amount: '<Amt Ccy="NOK">1.005</Amt>' }],
    ['a decimal comma', { amount: '<Amt Ccy="NOK">1,50</Amt>' }],
    ['a thousands separator', { amount: '<Amt Ccy="NOK">1 000.00</Amt>' }],
    ['an exponent', { amount: '<Amt Ccy="NOK">1e3</Amt>' }],
    ['nothing', { amount: '' }],
    ['no number', { amount: '<Amt Ccy="NOK"></Amt>' }],
    ['no currency', { amount: '<Amt Ccy="kr">1.00</Amt>' }],
    ['a sign beside the direction', { amount: '<Amt Ccy="NOK">-1.00</Amt>' }],
    ['no direction', { direction: '' }],
    ['an unknown direction', { direction: '<CdtDbtInd>KREDIT</CdtDbtInd>' }],
  ])('%s: the entry is left out, named with its line, and the rest goes in', async (_name, text) => {
    const { parts, entries, failure } = await readAll(statement(`${entry()}\n${entry(text)}\n${entry()}`))
    expect(failure).toBeUndefined()
    expect(entries).toHaveLength(2)
    const warning = parts.find((part) => part.kind === 'warning')
    expect(warning).toMatchObject({ warning: { rule: 'entry_unreadable', line: 6 } })
  })
  test('zeros beyond the last decimal, a missing currency attribute and a zero amount are certain', async () => {
    const amounts = [
      '<Amt Ccy="NOK">1.50000</Amt>',
      '<Amt>2</Amt>',
      '<Amt Ccy="NOK">0</Amt>',
      '<Amt Ccy="JPY">7</Amt>',
    ]
    const { entries } = await readAll(statement(amounts.map((amount) => entry({ amount })).join('')))
    expect(entries.map((one) => [one.amount.minor, one.amount.currency])).toEqual([
      [150n, 'NOK'],
      [200n, 'NOK'],
      [0n, 'NOK'],
      [7n, 'JPY'],
    ])
  })
})

describe('files that are refused', () => {
  test.each([
    ['format_unsupported', '<Document><CstmrCdtTrfInitn/></Document>'],
    ['format_unsupported', statement('').replaceAll('BkToCstmrStmt', 'BkToCstmrDbtCdtNtfctn')],
    ['format_unknown', '<html><body>Logg inn</body></html>'],
    ['format_unknown', `<a>${'<b/>'.repeat(200)}`],
    ['file_empty', ''],
  ])('%s', async (code, text) => {
    expect((await readAll(text)).failure?.code).toBe(code)
  })
  test('a record beyond the limits', async () => {
    const wide = `<Ntry>${'<X/>'.repeat(30_000)}</Ntry>`
    expect((await readAll(statement(wide))).failure).toEqual({ code: 'record_too_large', line: 5 })
    const many = entry({ more: `<NtryDtls>${'<TxDtls/>'.repeat(12)}</NtryDtls>` })
    expect((await readAll(statement(many), { limits: { detailsPerEntry: 10 } })).failure?.code).toBe(
      'record_too_large',
    )
    const balances = balance('OPBD', '1').repeat(6)
    expect((await readAll(statement(balances), { limits: { balances: 5 } })).failure?.code).toBe(
      'record_too_large',
    )
  })
  test('a great batch is no record too large: its details are dropped as they are read', async () => {
    const detail = '<TxDtls><Refs><EndToEndId>E</EndToEndId></Refs><Amt Ccy="NOK">1</Amt></TxDtls>'
    const { entries, failure } = await readAll(
      statement(entry({ more: `<NtryDtls>${detail.repeat(9_000)}</NtryDtls>` })),
    )
    expect(failure).toBeUndefined()
    expect(entries[0]?.details).toHaveLength(9_000)
  })
  test('what stands before a fault is handed out', async () => {
    const two = statement(entry()).replace('</BkToCstmrStmt></Document>', '<Stmt><Id>S2</Id><Ntry></Stmt>')
    const { heads, failure } = await readAll(two)
    expect(heads.map((head) => head.id)).toEqual(['S1'])
    expect(failure?.code).toBe('xml_malformed')
  })
})
