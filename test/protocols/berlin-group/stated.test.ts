import { expect, test } from 'vitest'
import { readBatch, readExchange } from '../../../src/protocols/berlin-group/stated.ts'
import { processTransactions } from '../../../src/protocols/berlin-group/transactions.ts'
import { answer, clock } from './answers.ts'

const rate = { sourceCurrency: 'EUR', targetCurrency: 'NOK', unitCurrency: 'EUR', exchangeRate: '11.2345' }
const exchange = { source: 'EUR', target: 'NOK', unit: 'EUR', rate: '11.2345' }

test.each([
  ['a list of one', [rate], { exchange }],
  ['an object for the list', rate, { exchange }],
  [
    'a rate without its currencies',
    [{ sourceCurrency: 'EUR', exchangeRate: '2' }],
    { exchange: { source: 'EUR', rate: '2' } },
  ],
  ['a chain of rates', [rate, rate], undefined],
  ['no rate', [{ sourceCurrency: 'EUR' }], undefined],
  ['words for a rate', [{ ...rate, exchangeRate: 'elleve' }], undefined],
  ['nothing', undefined, undefined],
])('%s', (_name, currencyExchange, stated) => {
  expect(readExchange({ currencyExchange } as Parameters<typeof readExchange>[0])).toEqual(stated)
})

test('a batch counts its payments where the bank does', () => {
  expect(readBatch({ batchIndicator: true, batchNumberOfTransactions: 12 })).toEqual([{ transactions: 12 }])
  expect(readBatch({ batchIndicator: true })).toEqual([])
  expect(readBatch({ batchIndicator: false, batchNumberOfTransactions: 12 })).toEqual([])
})

test('a row keeps its rate, its batch, the banks of the parties and who stands behind them', () => {
  const row = {
    bookingDate: '2026-03-02',
    transactionAmount: { amount: '-112.35', currency: 'NOK' },
    currencyExchange: [rate],
    batchIndicator: true,
    batchNumberOfTransactions: 2,
    creditorAgent: 'EXMPNOKK',
    ultimateCreditor: 'Leverandør AS',
  }
  const page = answer(200, { transactions: { booked: [row], _links: { account: { href: '/a' } } } })
  const { entries } = processTransactions(page, 'NOK', clock)
  expect(entries).toMatchObject([
    {
      amounts: { exchange },
      batches: [{ transactions: 2 }],
      details: [{ creditor: { name: 'Leverandør AS', bic: 'EXMPNOKK' } }],
    },
  ])
})
