import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startSandbox } from '../../sandbox/start.ts'
import type { BankSession, Connector, PaymentOrder } from '../../src/connectors/connector.ts'
import type { HttpLimits, Trust } from '../../src/connectors/http-client.ts'
import { institutionsSchema } from '../../src/connectors/institutions.ts'
import { createRegistry } from '../../src/connectors/registry.ts'
import type { Clock } from '../../src/domain/clock.ts'

export const psu = { ipAddress: '192.0.2.10', userAgent: 'Test/1.0', acceptLanguage: 'nb' }
export const back = { returnUrl: 'http://127.0.0.1:9/back', failureUrl: 'http://127.0.0.1:9/failed' }

type LedgerAccount = {
  bban: string
  iban: string
  usage: string
  owner: string
  bookings: LedgerRow[]
  balance: string
}
type LedgerRow = { bookingDate: string; amount: string; kid: string | null; endToEndId: string | null }
export type Ledger = {
  now: string
  banks: {
    id: string
    accounts: LedgerAccount[]
    payments: { endToEndId: string; status: string; executions: number }[]
  }[]
}

/** A sandbox with a registry of its two banks, as an operator would configure them. */
export async function startBanks(limits: HttpLimits = {}) {
  const dataDir = mkdtempSync(join(tmpdir(), 'kontobro-banks-'))
  const sandbox = await startSandbox({ dataDir })
  const { urls } = sandbox
  const pem = (path: string) => readFileSync(path, 'utf8')
  const trust: Trust = { ca: pem(urls.pki.ca), cert: pem(urls.pki.qwacCert), key: pem(urls.pki.qwacKey) }
  const clock: Clock = {
    now: () => new Date(Date.now() + JSON.parse(readFileSync(urls.clockFile, 'utf8')).offsetMs),
  }
  const row = (id: string, baseUrl: string, pages: string, extra: object) => ({
    id,
    name: id,
    connector: { type: 'berlin-group', baseUrl, scaOrigins: [pages], ...extra },
  })
  const institutions = institutionsSchema.parse([
    row('fjordbanken', urls.bank, urls.bankPages, { replaySafe: true, statesClosingBalances: true }),
    {
      ...row('tindebanken', urls.bank2, urls.bank2Pages, { multipleConsents: true }),
      otherRoutes: {
        platform: {
          processors: ['Fellesplattformen'],
          connector: row('tindebanken', urls.bank2Platform, urls.bank2Pages, { multipleConsents: true })
            .connector,
        },
      },
    },
  ])
  const registry = createRegistry(institutions, { clock, trust, limits })
  const control = async (path: string, body?: object) => {
    const init = body && {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }
    const answer = await fetch(`${urls.control}/control/${path}`, init)
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    return answer.json()
  }
  const close = async () => {
    await registry.close()
    await sandbox.close()
    rmSync(dataDir, { recursive: true, force: true })
  }
  return { urls, trust, clock, institutions, registry, control, close }
}
export type Banks = Awaited<ReturnType<typeof startBanks>>

/** A consent that the test world's manager has approved at the bank. */
export async function openSession(
  banks: Banks,
  connector: Connector,
  accounts: string[] = [],
): Promise<BankSession> {
  const institutionId = connector.manifest.institutions[0] ?? ''
  const created = await connector.consent.create({
    requestId: crypto.randomUUID(),
    institutionId,
    psu,
    ...back,
    validUntil: '9999-12-31',
    frequencyPerDay: 4,
    accounts,
  })
  if (created.sca.approach !== 'redirect') throw new Error('no redirect')
  await banks.control('sca', { url: created.sca.url, outcome: 'approve' })
  return { institutionId, memory: created.memory }
}

export function orderOf(
  debtorAccount: string,
  creditorAccount: string,
  part: Partial<PaymentOrder> = {},
): PaymentOrder {
  const endToEndId = `E2E-${crypto.randomUUID().slice(0, 8)}`
  return {
    paymentId: `pay_${endToEndId}`,
    requestId: crypto.randomUUID(),
    endToEndId,
    amount: { minor: 12_345n, currency: 'NOK' },
    debtorAccount,
    creditorAccount,
    creditorName: 'Eksempel Mottaker AS',
    kid: '1234567897',
    ...back,
    ...part,
  }
}
