import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { createRandom, type Random } from './random.ts'

/** What a made file holds: what its readers must find. Amounts in øre, credits positive. */
export type MadeFile = {
  readonly entries: number
  readonly details: number
  readonly sum: bigint
  readonly bytes: number
}

const names = [
  'Prøveverket Eksempel AS',
  'Testkunde Sjø &amp; Land ANS',
  'Kunde Ås Eksempel AS',
  'Blåbærhagen Prøve SA',
  'Strømlageret Eksempel AS',
  'Ola Eksempelsen',
  'Kari Prøvedatter Testmoen',
  'Musterladen Teststadt GmbH',
]
const texts = [
  'Faktura 2026-1183, takk for handelen',
  'Husleie mars',
  'Delbetaling etter avtale, se e-post',
  'Kontingent 2026',
  'Refusjon utlegg Ålesund t/r',
]
const streets = ['Prøveveien', 'Eksempelgata', 'Testallmenningen']

const ore = (minor: number): string => `${Math.trunc(minor / 100)}.${String(minor % 100).padStart(2, '0')}`
const amountOf = (minor: number, currency = 'NOK'): string => `<Amt Ccy="${currency}">${ore(minor)}</Amt>`
const bban = (random: Random): string => `9998${random.digits(7)}`
const kid = (random: Random): string => random.digits(13)
const agent = (role: 'Dbtr' | 'Cdtr', bic: string): string =>
  `<RltdAgts><${role}Agt><FinInstnId><BIC>${bic}</BIC></FinInstnId></${role}Agt></RltdAgts>`

function party(random: Random, role: 'Dbtr' | 'Cdtr', address: boolean): string {
  const postal = `<PstlAdr><StrtNm>${random.pick(streets)}</StrtNm><BldgNb>${random.below(99) + 1}</BldgNb><PstCd>${random.digits(4)}</PstCd><TwnNm>Prøvestad</TwnNm><Ctry>NO</Ctry></PstlAdr>`
  const person = `<Nm>${random.pick(names)}</Nm>${address ? postal : ''}`
  const account = `<Othr><Id>${bban(random)}</Id><SchmeNm><Cd>BBAN</Cd></SchmeNm></Othr>`
  return `<RltdPties><${role}>${person}</${role}><${role}Acct><Id>${account}</Id></${role}Acct></RltdPties>\n            ${agent(role, 'EKSMNOK2')}`
}

type Draft = {
  readonly credit: boolean
  readonly minor: number
  readonly family: string
  /** Elements between the transaction code and the details. */
  readonly before?: string
  readonly batch?: string
  readonly details: readonly string[]
  readonly text?: string
  readonly reversal?: boolean
}

const detail = (
  minor: number,
  inside: string,
  refs = '<EndToEndId>NOTPROVIDED</EndToEndId>',
  instructed = '',
) =>
  `<TxDtls>
            <Refs>${refs}</Refs>
            <AmtDtls>${instructed}<TxAmt>${amountOf(minor)}</TxAmt></AmtDtls>
            ${inside}
          </TxDtls>`

const structured = (reference: string): string =>
  `<RmtInf><Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry></Tp><Ref>${reference}</Ref></CdtrRefInf></Strd></RmtInf>`

function batchOfKids(random: Random): Draft {
  const amounts = Array.from({ length: 2 + random.below(7) }, () => 10_000 + random.below(900_000))
  const minor = amounts.reduce((sum, one) => sum + one, 0)
  const details = amounts.map((one) =>
    detail(one, `${party(random, 'Dbtr', false)}\n            ${structured(kid(random))}`),
  )
  const batch = `<Btch><NbOfTxs>${amounts.length}</NbOfTxs><TtlAmt Ccy="NOK">${ore(minor)}</TtlAmt><CdtDbtInd>CRDT</CdtDbtInd></Btch>`
  return { credit: true, minor, family: 'RCDT-VCOM', batch, details, text: 'OCR' }
}

function received(random: Random): Draft {
  const minor = 100 + random.below(2_000_000)
  const text = `<RmtInf><Ustrd>${random.pick(texts)}</Ustrd><Ustrd>Ref ${random.digits(6)}</Ustrd></RmtInf>`
  const inside = `${party(random, 'Dbtr', random.below(2) === 0)}\n            ${text}`
  return { credit: true, minor, family: 'RCDT-DMCT', details: [detail(minor, inside)] }
}

function withKid(random: Random): Draft {
  const minor = 10_000 + random.below(900_000)
  const inside = `${party(random, 'Dbtr', false)}\n            ${structured(kid(random))}`
  return { credit: true, minor, family: 'RCDT-VCOM', details: [detail(minor, inside)] }
}

function paid(random: Random): Draft {
  const minor = 10_000 + random.below(5_000_000)
  const id = random.digits(8)
  const refs = `<MsgId>KB-${id}</MsgId><PmtInfId>KB-${id}-1</PmtInfId><InstrId>LEV-${id}-7</InstrId><EndToEndId>LEV-${id}-7</EndToEndId>`
  const inside = `${party(random, 'Cdtr', false)}\n            ${structured(kid(random))}`
  return { credit: false, minor, family: 'ICDT-DMCT', details: [detail(minor, inside, refs)] }
}

function card(random: Random): Draft {
  const minor = 1_000 + random.below(200_000)
  const fee = `<Chrgs>${amountOf(Math.trunc(minor / 60))}<CdtDbtInd>DBIT</CdtDbtInd><Tp><Cd>COMM</Cd></Tp></Chrgs>`
  const foreign = amountOf(Math.trunc(minor / 11), 'EUR')
  const exchange = `<CcyXchg><SrcCcy>EUR</SrcCcy><TrgtCcy>NOK</TrgtCcy><XchgRate>11.${random.digits(4)}</XchgRate></CcyXchg>`
  const inside = `<RltdPties><Cdtr><Nm>MUSTERLADEN TESTSTADT</Nm></Cdtr></RltdPties>`
  return {
    credit: false,
    minor,
    family: 'CCRD-POSD',
    before: fee,
    details: [detail(minor, inside, undefined, `<InstdAmt>${foreign}${exchange}</InstdAmt>`)],
    text: `Varekjøp MUSTERLADEN TESTSTADT EUR ${random.below(900)},00`,
  }
}

function fee(random: Random): Draft {
  const minor = 100 + random.below(9_000)
  return { credit: false, minor, family: 'MDOP-CHRG', details: [], text: 'Gebyr betalingstjenester' }
}

function returned(random: Random): Draft {
  const minor = 1_000 + random.below(900_000)
  const reason = '<RtrInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>Kontoen er opphørt</AddtlInf></RtrInf>'
  const inside = `${party(random, 'Cdtr', false)}\n            ${reason}`
  return { credit: true, minor, family: 'ICDT-RRTN', details: [detail(minor, inside)], reversal: true }
}

/** Of a hundred entries, how many are of which kind. */
const kinds: readonly (readonly [number, (random: Random) => Draft])[] = [
  [42, withKid],
  [62, paid],
  [76, card],
  [86, received],
  [92, batchOfKids],
  [97, fee],
  [100, returned],
]

function entryText(draft: Draft, number: number, day: string): string {
  const { credit, minor, family, before = '', batch = '', details, text } = draft
  const [name, sub] = family.split('-')
  const inside =
    details.length === 0
      ? ''
      : `\n        <NtryDtls>${batch}
          ${details.join('\n          ')}
        </NtryDtls>`
  return `      <Ntry>
        <NtryRef>${number}</NtryRef>
        ${amountOf(minor)}<CdtDbtInd>${credit ? 'CRDT' : 'DBIT'}</CdtDbtInd>${draft.reversal ? '<RvslInd>true</RvslInd>' : ''}<Sts>BOOK</Sts>
        <BookgDt><Dt>${day}</Dt></BookgDt><ValDt><Dt>${day}</Dt></ValDt>
        <AcctSvcrRef>20260620${String(number).padStart(8, '0')}</AcctSvcrRef>
        <BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>${name}</Cd><SubFmlyCd>${sub}</SubFmlyCd></Fmly></Domn></BkTxCd>${before}${inside}${text ? `\n        <AddtlNtryInf>${text}</AddtlNtryInf>` : ''}
      </Ntry>
`
}

const head = `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02">
  <BkToCstmrStmt>
    <GrpHdr><MsgId>KONTOUTSKRIFT-2026-1</MsgId><CreDtTm>2027-01-01T00:40:09+01:00</CreDtTm></GrpHdr>
    <Stmt>
      <Id>99990100019-2026</Id><ElctrncSeqNb>1</ElctrncSeqNb><CreDtTm>2027-01-01T00:40:09+01:00</CreDtTm>
      <FrToDt><FrDtTm>2026-01-01T00:00:00</FrDtTm><ToDtTm>2026-12-28T23:59:59</ToDtTm></FrToDt>
      <Acct><Id><IBAN>NO5499990100019</IBAN></Id><Ccy>NOK</Ccy><Ownr><Nm>Prøveverket Eksempel AS</Nm></Ownr><Svcr><FinInstnId><BIC>EKSMNOK1</BIC></FinInstnId></Svcr></Acct>
`
const balance = (code: string, minor: bigint, day: string): string => {
  const size = minor < 0n ? -minor : minor
  const amount = `${size / 100n}.${String(size % 100n).padStart(2, '0')}`
  return `      <Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp><Amt Ccy="NOK">${amount}</Amt><CdtDbtInd>${minor < 0n ? 'DBIT' : 'CRDT'}</CdtDbtInd><Dt><Dt>${day}</Dt></Dt></Bal>\n`
}
const tail = '    </Stmt>\n  </BkToCstmrStmt>\n</Document>\n'

/**
 * Writes a camt.053.001.02 of one account and year as a Norwegian bank would: payments with KID, batches with
 * details, suppliers paid, card purchases abroad, free text with addresses, fees, returns. The same amount of
 * entries gives the same bytes.
 */
export async function writeCamtFile(path: string, entries: number): Promise<MadeFile> {
  const random = createRandom(20_022)
  const file = createWriteStream(path)
  let [details, sum, bytes] = [0, 0n, 0]
  const write = async (text: string) => {
    bytes += Buffer.byteLength(text)
    if (!file.write(text)) await once(file, 'drain')
  }
  await write(head + balance('OPBD', 0n, '2026-01-01'))
  let waiting: string[] = []
  for (let number = 1; number <= entries; number++) {
    const share = random.below(100)
    const kind = kinds.find(([upTo]) => share < upTo)?.[1] ?? fee
    const draft = kind(random)
    const nth = Math.floor(((number - 1) * 336) / entries)
    const day = `2026-${String(1 + Math.floor(nth / 28)).padStart(2, '0')}-${String(1 + (nth % 28)).padStart(2, '0')}`
    waiting.push(entryText(draft, number, day))
    details += draft.details.length
    sum += BigInt(draft.credit ? draft.minor : -draft.minor)
    if (waiting.length === 200) await write(waiting.splice(0).join(''))
  }
  await write(waiting.join('') + balance('CLBD', sum, '2026-12-28') + tail)
  waiting = []
  file.end()
  await once(file, 'close')
  return { entries, details, sum, bytes }
}
