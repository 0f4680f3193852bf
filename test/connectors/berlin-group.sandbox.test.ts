import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { BankSession, Connector, TransactionPage } from '../../src/connectors/connector.ts'
import { addDays, osloDate } from '../../src/domain/clock.ts'
import { formatAmount } from '../../src/domain/money.ts'
import { type Banks, type Ledger, openSession, orderOf, psu, startBanks } from './sandbox-bank.ts'

let banks: Banks
let fjord: Connector
let session: BankSession

beforeAll(async () => {
  banks = await startBanks({ deadlineMs: 1500 })
  fjord = banks.registry.connectorFor('fjordbanken')
  session = await openSession(banks, fjord)
}, 60_000)
afterAll(() => banks?.close())

const ledger = () => banks.control('ledger') as Promise<Ledger>
async function ledgerAccount(bban: string) {
  const all = (await ledger()).banks.flatMap((bank) => bank.accounts)
  return all.find((account) => account.bban === bban) ?? expect.fail(`no account ${bban}`)
}

async function readAll(
  account: { resourceId: string; currency: string },
  days: number,
): Promise<TransactionPage[]> {
  const to = osloDate(banks.clock.now())
  const pages: TransactionPage[] = []
  let cursor: string | undefined
  do {
    const query = { from: addDays(to, -days), to, ...(cursor && { cursor }) }
    const page = await fjord.statements?.transactions({ ...session, psu }, account, query)
    if (!page) throw new Error('no statements')
    pages.push(page)
    cursor = page.next
  } while (cursor)
  return pages
}

describe('account information', () => {
  test('a consent approved at the bank is valid for at most 180 days', async () => {
    const status = await fjord.consent.status(session)
    expect(status.state).toBe('valid')
    expect(status.validUntil).toMatch(/^\d{4}-\d\d-\d\d$/)
    expect(status.frequencyPerDay).toBe(4)
  })

  test('a consent that the person turns down is rejected', async () => {
    const tinde = banks.registry.connectorFor('tindebanken')
    const created = await tinde.consent.create({
      requestId: 'con_1',
      institutionId: 'tindebanken',
      psu,
      returnUrl: 'http://127.0.0.1:9/back',
      failureUrl: 'http://127.0.0.1:9/failed',
      validUntil: '9999-12-31',
      frequencyPerDay: 4,
      accounts: [],
    })
    expect(created.state).toBe('received')
    if (created.sca.approach !== 'redirect') throw new Error('no redirect')
    await banks.control('sca', { url: created.sca.url, outcome: 'reject' })
    expect((await tinde.consent.status({ institutionId: 'tindebanken', memory: created.memory })).state).toBe(
      'rejected',
    )
  })

  test('accounts tell business from private', async () => {
    const accounts = await fjord.accounts({ ...session, psu })
    expect(accounts.map((a) => a.usage).sort()).toEqual(['business', 'business', 'private'])
    for (const account of accounts) {
      expect(account.currency).toBe('NOK')
      expect((await ledgerAccount(account.bban ?? '')).iban).toBe(account.iban)
    }
  })

  test('all pages together are what the ledger says, to the øre', async () => {
    const [account] = await fjord.accounts({ ...session, psu })
    if (!account) throw new Error('no account')
    const pages = await readAll(account, 89)
    expect(pages.length).toBeGreaterThan(1)
    expect(pages.flatMap((p) => p.unreadable)).toEqual([])
    const booked = pages.flatMap((p) => p.entries).filter((e) => e.status === 'booked')
    const key = (date: string, amount: string, kid: string | undefined | null) =>
      `${date} ${amount} ${kid ?? '-'}`
    const from = addDays(osloDate(banks.clock.now()), -89)
    const truth = (await ledgerAccount(account.bban ?? '')).bookings.filter((row) => row.bookingDate >= from)
    expect(
      booked
        .map((e) => key(e.bookingDate ?? '', formatAmount(e.amount), e.details[0]?.references.kid))
        .sort(),
    ).toEqual(truth.map((row) => key(row.bookingDate, row.amount, row.kid)).sort())
    expect(booked.some((e) => e.details[0]?.references.kid)).toBe(true)
    expect(pages[0]?.raw.length).toBeGreaterThan(1000)
  })

  test('balances state closing days and the booked balance of now', async () => {
    const [account] = await fjord.accounts({ ...session, psu })
    if (!account) throw new Error('no account')
    const balances = (await fjord.statements?.balances({ ...session, psu }, account)) ?? []
    const interim = balances.find((b) => b.type === 'interimBooked')
    expect(interim && formatAmount(interim.amount)).toBe((await ledgerAccount(account.bban ?? '')).balance)
    expect(balances.filter((b) => b.type === 'closingBooked' && b.date).length).toBeGreaterThan(1)
  })

  test('reads without a person present are counted, and the fifth is refused until the bank allows it again', async () => {
    const [account] = await fjord.accounts({ ...session, psu })
    if (!account) throw new Error('no account')
    const read = () => fjord.statements?.balances(session, account)
    for (let i = 0; i < 4; i++) await read()
    const refused = await failureOf(read())
    expect(refused.facts).toMatchObject({
      kind: 'rate_limited',
      bank: { code: 'ACCESS_EXCEEDED' },
      httpStatus: 429,
    })
    expect(refused.facts.retryAt?.getTime()).toBeGreaterThan(banks.clock.now().getTime())
    await expect(fjord.statements?.balances({ ...session, psu }, account)).resolves.toBeDefined()
  })

  test('an unknown account is not found, and a consent the bank ended is expired', async () => {
    expect(
      (await failureOf(fjord.statements?.balances({ ...session, psu }, { resourceId: 'nobody' }))).kind,
    ).toBe('not_found')
    const tinde = banks.registry.connectorFor('tindebanken')
    const other = await openSession(banks, tinde)
    await tinde.consent.revoke(other)
    expect((await tinde.consent.status(other)).state).toBe('terminated')
    const failure = await failureOf(tinde.accounts({ ...other, psu }))
    expect(failure.kind).toBe('consent_expired')
    expect(JSON.stringify(failure.facts) + failure.message).not.toContain(other.memory.consentId)
  })
})

async function failureOf(promise: Promise<unknown> | undefined) {
  const { ConnectorFailure } = await import('../../src/connectors/failure.ts')
  try {
    await promise
  } catch (error) {
    if (error instanceof ConnectorFailure) return error
    throw error
  }
  throw new Error('it did not fail')
}

async function businessAccounts() {
  const accounts = (await fjord.accounts({ ...session, psu })).filter((a) => a.usage === 'business')
  return { from: accounts[0]?.bban ?? '', to: accounts[1]?.bban ?? '' }
}
const executions = async (endToEndId: string) =>
  (await ledger()).banks.flatMap((b) => b.payments).filter((p) => p.endToEndId === endToEndId)

describe('payments', () => {
  test('one with a KID goes through SCA to a booked entry that carries it', async () => {
    const { from, to } = await businessAccounts()
    const order = orderOf(from, to)
    const submitted = await fjord.payments?.submit({ ...session, psu }, order)
    if (submitted?.sca.approach !== 'redirect') throw new Error('no redirect')
    expect(submitted.state).toBe('received')
    const status = () => fjord.payments?.status(session, submitted.memory)
    expect(await status()).toMatchObject({ state: 'received', code: 'RCVD', scaState: 'open' })
    await banks.control('sca', { url: submitted.sca.url, outcome: 'approve' })
    expect(await status()).toMatchObject({ state: 'accepted' })
    await banks.control('clock', { advance: 'P4D' })
    expect(await status()).toMatchObject({ state: 'executed', code: 'ACSC' })
    const rows = (await ledgerAccount(from)).bookings.filter((row) => row.endToEndId === order.endToEndId)
    expect(rows).toMatchObject([{ amount: '-123.45', kid: order.kid }])
    expect(await executions(order.endToEndId)).toMatchObject([{ executions: 1 }])
  })

  test('one turned down at the bank is rejected and moves nothing', async () => {
    const { from, to } = await businessAccounts()
    const order = orderOf(from, to)
    const submitted = await fjord.payments?.submit({ ...session, psu }, order)
    if (submitted?.sca.approach !== 'redirect') throw new Error('no redirect')
    await banks.control('sca', { url: submitted.sca.url, outcome: 'reject' })
    expect((await fjord.payments?.status(session, submitted.memory))?.state).toBe('rejected')
    expect(await executions(order.endToEndId)).toMatchObject([{ executions: 0 }])
  })

  test('one not yet approved can be cancelled', async () => {
    const { from, to } = await businessAccounts()
    const submitted = await fjord.payments?.submit({ ...session, psu }, orderOf(from, to))
    expect(await fjord.payments?.cancel?.({ ...session, psu }, submitted?.memory ?? {})).toBe('cancelled')
    expect((await fjord.payments?.status(session, submitted?.memory ?? {}))?.state).toBe('cancelled')
  })

  test('a wrong order is rejected in the bank’s words', async () => {
    const { from } = await businessAccounts()
    const refused = await failureOf(
      fjord.payments?.submit({ ...session, psu }, orderOf(from, 'XX00NOTANACCOUNT')),
    )
    expect(refused.facts).toMatchObject({ kind: 'rejected', httpStatus: 400, bank: { code: 'FORMAT_ERROR' } })
  })

  test('when the answer never comes the outcome is unknown; the same request id finds the one payment', async () => {
    const { from, to } = await businessAccounts()
    const order = orderOf(from, to)
    await banks.control('faults', { bank: 'fjordbanken', name: 'timeout_after_payment', times: 1 })
    expect((await failureOf(fjord.payments?.submit({ ...session, psu }, order))).kind).toBe('outcome_unknown')
    expect(await executions(order.endToEndId)).toHaveLength(1)
    expect(fjord.manifest.replaySafe).toBe(true)
    await fjord.payments?.submit({ ...session, psu }, order)
    expect(await executions(order.endToEndId)).toHaveLength(1)
  })

  test('a bank that is down before the order leaves got nothing', async () => {
    const { from, to } = await businessAccounts()
    for (const name of ['reset', 'http_500', 'slow']) {
      const order = orderOf(from, to)
      await banks.control('faults', { bank: 'fjordbanken', name, times: 1 })
      expect((await failureOf(fjord.payments?.submit({ ...session, psu }, order))).kind, name).toBe(
        'not_sent',
      )
      expect(await executions(order.endToEndId)).toHaveLength(0)
    }
  })

  test('a certificate without the payment role is refused as trust, not as the order’s fault', async () => {
    const { readFileSync } = await import('node:fs')
    const { berlinGroupConnector } = await import('../../src/connectors/berlin-group.ts')
    const institution = banks.institutions[0]
    if (!institution) throw new Error('no institution')
    const { type: _, ...row } = institution.connector
    const pem = (path: string) => readFileSync(path, 'utf8')
    const { pki } = banks.urls
    const trust = { ca: banks.trust.ca, cert: pem(pki.qwacAiOnlyCert), key: pem(pki.qwacAiOnlyKey) }
    const aiOnly = berlinGroupConnector(
      { ...row, institutionId: 'fjordbanken' },
      { clock: banks.clock, trust },
    )
    const { from, to } = await businessAccounts()
    const refused = await failureOf(aiOnly.payments?.submit({ ...session, psu }, orderOf(from, to)))
    expect(refused.facts).toMatchObject({ kind: 'trust_failed', bank: { code: 'ROLE_INVALID' } })
    await aiOnly.close()
  })
})
