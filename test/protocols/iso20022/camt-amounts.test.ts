import { describe, expect, test } from 'vitest'
import { entry, readAll, statement } from './read.ts'

const nok = (minor: bigint) => ({ minor, currency: 'NOK' })

describe('amounts behind the booked one', () => {
  const amounts = async (inside: string) => (await readAll(statement(entry({ more: inside })))).entries[0]
  const rate =
    '<CcyXchg><SrcCcy>EUR</SrcCcy><TrgtCcy>NOK</TrgtCcy><UnitCcy>EUR</UnitCcy><XchgRate>11.4321</XchgRate></CcyXchg>'
  test('what was ordered, exchanged and counted, with the rate, on the entry and on its details', async () => {
    const inside = `<AmtDtls><InstdAmt><Amt Ccy="EUR">0.87</Amt></InstdAmt><TxAmt><Amt Ccy="EUR">0.86</Amt></TxAmt><CntrValAmt><Amt Ccy="NOK">9.95</Amt>${rate}</CntrValAmt></AmtDtls>`
    const stated = {
      instructed: { minor: 87n, currency: 'EUR' },
      transaction: { minor: 86n, currency: 'EUR' },
      counterValue: nok(995n),
      exchange: { source: 'EUR', target: 'NOK', unit: 'EUR', rate: '11.4321' },
    }
    expect((await amounts(inside))?.amounts).toEqual(stated)
    const detailed = await amounts(`<NtryDtls><TxDtls>${inside}</TxDtls></NtryDtls>`)
    expect(detailed?.amounts).toBeUndefined()
    expect(detailed?.details[0]).toMatchObject({ amount: nok(995n), amounts: stated })
  })
  test('what only repeats the amount is no more than that, and a rate without a currency is none', async () => {
    const same = '<AmtDtls><TxAmt><Amt Ccy="NOK">10.00</Amt></TxAmt></AmtDtls>'
    expect(await amounts(same)).not.toHaveProperty('amounts')
    const bare =
      '<AmtDtls><TxAmt><Amt Ccy="NOK">10.00</Amt><CcyXchg><XchgRate>1</XchgRate></CcyXchg></TxAmt></AmtDtls>'
    expect(await amounts(bare)).not.toHaveProperty('amounts')
  })
  test('addresses old and new do not stand in the way', async () => {
    const old = '<PstlAdr><AdrLine>Prøveveien 1</AdrLine><AdrLine>0001 Prøvestad</AdrLine></PstlAdr>'
    const modern =
      '<PstlAdr><StrtNm>Prøveveien</StrtNm><BldgNb>1</BldgNb><PstCd>0001</PstCd><TwnNm>Prøvestad</TwnNm><Ctry>NO</Ctry><AdrLine>Oppgang B</AdrLine></PstlAdr>'
    for (const address of [old, modern, old + modern]) {
      for (const party of [`<Nm>Prøve AS</Nm>${address}`, `<Pty>${address}<Nm>Prøve AS</Nm></Pty>`]) {
        const inside = `<NtryDtls><TxDtls><RltdPties><Dbtr>${party}</Dbtr></RltdPties></TxDtls></NtryDtls>`
        expect((await amounts(inside))?.details[0]?.debtor).toEqual({ name: 'Prøve AS' })
      }
    }
  })
})

test('the first version (.01): details and batch in the entry itself, balance types one level up', async () => {
  const inside = `<Bal><Tp><Cd>OPBD</Cd></Tp><Amt Ccy="NOK">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>${entry(
    {
      status: '<Sts>BOOK</Sts>',
      more: '<Btch><MsgId>B1</MsgId><NbOfTxs>1</NbOfTxs></Btch><TxDtls><Refs><EndToEndId>E1</EndToEndId></Refs><RmtInf><Strd><CdtrRefInf><CdtrRef>1234567897</CdtrRef></CdtrRefInf></Strd></RmtInf></TxDtls>',
    },
  )}`
  const text = statement(inside, undefined, 'camt.053.001.01').replaceAll(
    'BkToCstmrStmt>',
    'BkToCstmrStmtV01>',
  )
  const { parts, entries, heads, failure } = await readAll(text)
  expect(failure).toBeUndefined()
  expect(parts[0]).toMatchObject({ format: 'camt.053', version: 'camt.053.001.01' })
  expect(heads[0]?.balances).toEqual([{ type: 'openingBooked', code: 'OPBD', amount: nok(100n) }])
  expect(entries[0]).toMatchObject({
    batches: [{ transactions: 1, messageId: 'B1' }],
    details: [{ amount: nok(1000n), references: { endToEndId: 'E1', kid: '1234567897' } }],
  })
})
