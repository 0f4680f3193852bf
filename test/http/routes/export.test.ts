import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../../../src/domain/ids.ts'
import { each } from '../../../src/protocols/batches.ts'
import { readMt940 } from '../../../src/protocols/mt940/mt940.ts'
import { besideProject } from '../../corpus/beside.ts'
import { collect, inChunks } from '../../protocols/read-parts.ts'
import { type TestApi, type TestClient, testApi } from '../../support/api.ts'
import { exampleRows } from '../example-rows.ts'

const iban = 'NO9386011117947'
type Row = { minor: number; words?: string; kid?: string; batch?: number; currency?: string }

const amount = (minor: number) =>
  `<Amt Ccy="NOK">${(Math.abs(minor) / 100).toFixed(2)}</Amt><CdtDbtInd>${minor < 0 ? 'DBIT' : 'CRDT'}</CdtDbtInd>`
const balance = (code: string, minor: number, day: string) =>
  `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp>${amount(minor)}<Dt><Dt>${day}</Dt></Dt></Bal>`
const payment = (minor: number, i: number) =>
  `<TxDtls><Refs><EndToEndId>E2E-${i}</EndToEndId></Refs>${amount(minor)}<RltdPties><Dbtr><Pty><Nm>Kunde ${i} Ærlig &amp; Sønn</Nm></Pty></Dbtr>` +
  `<DbtrAcct><Id><Othr><Id>86011117947</Id></Othr></Id></DbtrAcct></RltdPties><RltdAgts><DbtrAgt><FinInstnId><BICFI>EXMPNOKK</BICFI></FinInstnId></DbtrAgt></RltdAgts></TxDtls>`
const entry = (day: string, { minor, words, kid, batch, currency }: Row) =>
  `<Ntry>${amount(minor)}<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>${day}</Dt></BookgDt><ValDt><Dt>${day}</Dt></ValDt><BkTxCd><Domn><Cd>PMNT</Cd>` +
  `<Fmly><Cd>${minor < 0 ? 'ICDT' : 'RCDT'}</Cd><SubFmlyCd>${kid ? 'VCOM' : 'DMCT'}</SubFmlyCd></Fmly></Domn></BkTxCd><NtryDtls>` +
  (batch
    ? `<Btch><NbOfTxs>${batch}</NbOfTxs></Btch>${Array.from({ length: batch }, (_none, i) => payment(minor / batch, i)).join('')}`
    : `<TxDtls>${currency ? `<AmtDtls><TxAmt><Amt Ccy="${currency}">10.00</Amt><CcyXchg><SrcCcy>${currency}</SrcCcy><TrgtCcy>NOK</TrgtCcy><XchgRate>11.2345</XchgRate></CcyXchg></TxAmt></AmtDtls>` : ''}` +
      `<RmtInf>${words ? `<Ustrd>${words}</Ustrd>` : ''}${kid ? `<Strd><CdtrRefInf><Ref>${kid}</Ref></CdtrRefInf></Strd>` : ''}</RmtInf></TxDtls>`) +
  '</NtryDtls></Ntry>'

/** One statement of one day. */
const statement = (day: string, opening: number, rows: readonly Row[], missing = 0) =>
  `<Stmt><Id>${day}</Id><CreDtTm>${day}T23:00:00</CreDtTm><Acct><Id><IBAN>${iban}</IBAN></Id><Ccy>NOK</Ccy></Acct>` +
  balance('OPBD', opening, day) +
  balance('CLBD', rows.reduce((sum, row) => sum + row.minor, opening) + missing, day) +
  `${rows.map((row) => entry(day, row)).join('')}</Stmt>`
const file = (...statements: string[]) =>
  `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><GrpHdr><MsgId>M</MsgId><CreDtTm>2026-03-05T01:00:00</CreDtTm></GrpHdr>${statements.join('')}</BkToCstmrStmt></Document>`

const monday: Row[] = [
  { minor: 125_000, kid: '2345676' },
  { minor: 60_000, batch: 3 },
  { minor: -4_900, words: '=SUM(A1), "gebyr"; æøå' },
  { minor: -11_235, words: 'Programvare', currency: 'EUR' },
]
const tuesday: Row[] = [{ minor: -30_000, words: 'Husleie' }]
const sum = (rows: readonly Row[]) => rows.reduce((all, row) => all + row.minor, 0)
const whole = file(
  statement('2026-03-02', 100_000, monday),
  statement('2026-03-03', 100_000 + sum(monday), tuesday),
)

let api: TestApi
let a: string
beforeAll(async () => {
  api = await testApi()
  api.clock.advance(Date.parse('2026-03-10T08:00:00Z') - api.clock.now().getTime())
  a = await accountOf(api.a, whole)
})
afterAll(() => api.close())

/** Hands a file in for a company of its own; answers the account that it was of. */
async function accountOf(client: TestClient, ...files: readonly string[]): Promise<string> {
  const companyId = await api.db.forClient(client.clientId, async (tx) => {
    const id = newId('company', tx.now)
    const organisationNumber = String(900_000_000 + (await tx.prisma.company.count()))
    await tx.prisma.company.create({
      data: { id, clientId: tx.clientId, organisationNumber, name: 'Prøve AS', createdAt: tx.now },
    })
    return id
  })
  for (const body of files) {
    const answer = await client.request('POST', `/v1/files?companyId=${companyId}`, {
      body: Buffer.from(body),
      headers: { 'content-type': 'application/octet-stream' },
    })
    expect(answer, JSON.stringify(answer.body)).toMatchObject({
      status: 201,
      body: { state: 'imported', error: null },
    })
  }
  const { body } = await client.get(`/v1/accounts?companyId=${companyId}`)
  return body.data[0].id
}

const exportOf = (account: string, query: string, client = api.a) =>
  client.get(`/v1/accounts/${account}/export?${query}`)

/** What a movement is, without what is told of it here alone: its ids and times. */
async function movements(client: TestClient, account: string): Promise<unknown[]> {
  const { body } = await client.get(`/v1/accounts/${account}/transactions`)
  return body.data.map((one: Record<string, unknown>) => {
    const {
      id: _id,
      accountId: _account,
      bankIds: _ids,
      firstSeenAt: _first,
      updatedAt: _updated,
      ...rest
    } = one
    return rest
  })
}

describe('camt.053', () => {
  test('is a file that another account takes in as the same movements and balances', async () => {
    const answer = await exportOf(a, 'format=camt.053')
    expect(answer.status).toBe(200)
    expect(answer.headers['content-type']).toBe('application/xml')
    expect(answer.headers['content-disposition']).toBe(
      `attachment; filename="${iban}_2026-03-02_2026-03-03.xml"`,
    )
    const twin = await accountOf(api.b, answer.body)
    expect(await movements(api.b, twin)).toEqual(await movements(api.a, a))
    const again = await exportOf(twin, 'format=camt.053', api.b)
    const bare = (text: string) =>
      text.replace(/<NtryRef>.*?<\/NtryRef>|<AcctSvcrRef>txn_.*?<\/AcctSvcrRef>/g, '')
    expect(bare(again.body)).toBe(bare(answer.body))
    const { body } = await api.b.get(`/v1/accounts/${twin}/statements`)
    expect(body.data).toHaveLength(2)
    expect(body.data.every((one: { proven: boolean }) => one.proven)).toBe(true)
  })

  test('names our permanent ids', async () => {
    const { body } = await api.a.get(`/v1/accounts/${a}/transactions`)
    const written = (await exportOf(a, 'format=camt.053')).body as string
    for (const { id } of body.data) expect(written).toContain(`<NtryRef>${id}</NtryRef>`)
  })

  const schema = besideProject('reference/iso20022/xsd/camt.053.001.08.xsd')
  const lints = spawnSync('xmllint', ['--version']).status === 0
  if (!lints) console.warn('SKIPPED: the schema of camt.053, for xmllint is not installed')
  test.skipIf(schema.missing || !lints)('is valid against its schema', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kontobro-export-'))
    try {
      writeFileSync(join(folder, 'a.xml'), (await exportOf(a, 'format=camt.053')).body)
      const run = spawnSync('xmllint', [
        '--noout',
        '--schema',
        fileURLToPath(schema.url),
        join(folder, 'a.xml'),
      ])
      expect(run.status, run.stderr.toString()).toBe(0)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

test('MT940 is read back with the same amounts, days and balances', async () => {
  const answer = await exportOf(a, 'format=mt940')
  expect(answer.headers['content-type']).toBe('text/plain; charset=us-ascii')
  const { heads, entries, warnings, failure } = await collect(
    each(readMt940(inChunks(Buffer.from(answer.body)))),
  )
  expect({ warnings, failure }).toEqual({ warnings: [], failure: undefined })
  expect(entries.map((one) => [one.bookingDate, one.amount.minor])).toEqual([
    ...monday.map((row) => ['2026-03-02', BigInt(row.minor)]),
    ...tuesday.map((row) => ['2026-03-03', BigInt(row.minor)]),
  ])
  expect(heads.map(({ account, from, to }) => [account, from, to])).toEqual([
    [iban, '2026-03-02', '2026-03-02'],
    [iban, '2026-03-03', '2026-03-03'],
  ])
})

describe('days without balances', () => {
  test('are refused by name, with the days that can be had', async () => {
    const answer = await exportOf(a, 'format=camt.053&from=2026-02-20&to=2026-03-05')
    expect(answer).toMatchObject({
      status: 409,
      body: {
        code: 'balances_unknown',
        errors: [
          {
            path: 'query.from',
            message: '2026-02-20 to 2026-03-01: no NOK balance is known before these days',
          },
          {
            path: 'query.to',
            message: '2026-03-04 to 2026-03-05: no NOK balance is known at the end of these days',
          },
        ],
      },
    })
    expect(answer.body.userAction).toContain('2026-03-02 to 2026-03-03')
    expect((await exportOf(a, 'format=camt.053&from=2026-03-02&to=2026-03-03')).status).toBe(200)
  })

  test('days that do not add up too, with what is missing', async () => {
    const account = await accountOf(
      api.a,
      file(
        statement('2026-03-02', 100_000, monday),
        statement('2026-03-03', 100_000 + sum(monday), tuesday, -500),
      ),
    )
    const answer = await exportOf(account, 'format=mt940')
    expect(answer.body).toMatchObject({
      code: 'balances_unknown',
      detail: '2026-03-03: balances and transactions differ by -5.00 NOK.',
    })
    expect((await exportOf(account, 'format=csv')).status).toBe(200)
  })
})

test('an account whose owner is not certain is written without its number, and not as statements', async () => {
  const { account } = await exampleRows(api)
  const { body, headers } = await exportOf(account, 'format=json&to=2026-01-31')
  expect(body.account.bban).toMatch(/^\*+7947$/)
  expect(body.transactions).toHaveLength(1)
  expect(headers['content-disposition']).toBe(`attachment; filename="${account}_2026-01-31.json"`)
  expect(await exportOf(account, 'format=mt940')).toMatchObject({
    status: 409,
    body: { code: 'state_conflict' },
  })
})

/** RFC 4180, strictly. */
function parseCsv(text: string, separator: string): string[][] {
  const field = new RegExp(`("(?:[^"]|"")*"|[^"${separator}\\r\\n]*)(${separator}|\\r\\n)`, 'gy')
  const rows: string[][] = [[]]
  let at = 0
  for (const match of text.matchAll(field)) {
    at += match[0].length
    const plain = match[1]?.startsWith('"') ? match[1].slice(1, -1).replaceAll('""', '"') : (match[1] ?? '')
    rows.at(-1)?.push(plain)
    if (match[2] !== separator) rows.push([])
  }
  expect(at).toBe(text.length)
  return rows.slice(0, -1)
}

describe('CSV', () => {
  test('is RFC 4180, and no text is a formula', async () => {
    const answer = await exportOf(a, 'format=csv&from=2026-03-02&to=2026-03-02')
    expect(answer.headers['content-type']).toBe('text/csv; charset=utf-8')
    const [names = [], ...rows] = parseCsv(answer.body, ',')
    const column = (name: string) => rows.map((row) => row[names.indexOf(name)])
    expect(column('amount')).toEqual(['1250.00', '600.00', '-49.00', '-112.35'])
    expect(column('text')[2]).toBe('\'=SUM(A1), "gebyr"; æøå')
    expect(column('kid')).toEqual(['2345676', '', '', ''])
    expect(column('payments')).toEqual(['1', '3', '1', '1'])
    expect(column('category')).toEqual([
      'incoming_payment',
      'incoming_payment',
      'outgoing_payment',
      'outgoing_payment',
    ])
  })

  test('how it is written is said for CSV only', async () => {
    expect(await exportOf(a, 'csvDialect=norwegian')).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'query.csvDialect' }] },
    })
    expect((await exportOf(a, 'format=mt940&byteOrderMark=true&csvDialect=plain')).body.errors).toHaveLength(
      2,
    )
  })

  test('opens in a Norwegian Excel', async () => {
    const { body } = await exportOf(a, 'format=csv&csvDialect=norwegian')
    expect(body.startsWith('\ufeffid;bookingDate;')).toBe(true)
    expect(parseCsv(body, ';')[3]).toContain('-49,00')
    expect((await exportOf(a, 'format=csv&csvDialect=norwegian&byteOrderMark=false')).body).toBe(
      body.slice(1),
    )
  })
})

test('JSON holds the account, its statements and the transactions as the API shows them', async () => {
  const { body, headers } = await exportOf(a, '')
  expect(headers['content-type']).toBe('application/json; charset=utf-8')
  const list = await api.a.get(`/v1/accounts/${a}/transactions`)
  expect(body.transactions).toEqual(list.body.data)
  expect(body.account).toEqual((await api.a.get(`/v1/accounts/${a}`)).body)
  expect(body.statements).toMatchObject([
    {
      from: '2026-03-02',
      opening: { amount: { amount: '1000.00', currency: 'NOK' }, derived: false },
      entries: 4,
    },
    { from: '2026-03-03', to: '2026-03-03', entries: 1 },
  ])
})

test('more rows than a page come in order, each once; what comes in meanwhile ends the answer before its end', async () => {
  const many = Array.from({ length: 1300 }, (_none, i) => ({
    minor: i % 2 ? 100 + i : -100 - i,
    words: `Rad ${i}`,
  }))
  const account = await accountOf(api.a, file(statement('2026-03-02', 0, many)))
  const { body } = await exportOf(account, '')
  expect(body.transactions.map((one: { text: string }) => one.text)).toEqual(many.map((row) => row.words))
  const stopped = api.app.inject({
    url: `/v1/accounts/${account}/export?format=camt.053`,
    headers: { authorization: `Bearer ${api.a.apiKey}` },
    payloadAsStream: true,
  })
  const stream = (await stopped).stream()
  await api.db.forClient(api.a.clientId, (tx) =>
    tx.prisma.account.update({ where: { id: account }, data: { changeSeq: { increment: 1 } } }),
  )
  let seen = ''
  const failed = await (async () => {
    for await (const piece of stream) seen += piece
  })().catch((error: unknown) => error)
  expect(failed).toBeInstanceOf(Error)
  expect(seen).not.toContain('</Document>')
})
