import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { buildGetAccounts } from '../../../src/protocols/berlin-group/accounts.ts'
import { buildGetBalances } from '../../../src/protocols/berlin-group/balances.ts'
import {
  buildCreateConsent,
  buildDeleteConsent,
  buildGetConsent,
  buildGetConsentStatus,
  buildStartAuthorisation,
} from '../../../src/protocols/berlin-group/consents.ts'
import {
  buildCancelPayment,
  buildGetPaymentStatus,
  buildPayment,
} from '../../../src/protocols/berlin-group/payments.ts'
import { buildGetTransactions } from '../../../src/protocols/berlin-group/transactions.ts'
import type { BankCall } from '../../../src/protocols/berlin-group/wire.ts'
import { besideProject } from '../../corpus/beside.ts'

const { url, missing } = besideProject('reference/berlin-group/psd2-api_v1.3.11-2021-10-01v1.yaml')
/** OpenAPI 3.0 has `exclusiveMinimum: false`, which JSON Schema no longer knows. */
const jsonSchema = (key: string, value: unknown) =>
  /^exclusiveM/.test(key) && typeof value === 'boolean' ? undefined : value
type Parameter = { $ref?: string; name: string; in: string; required?: boolean }
type Operation = { parameters?: Parameter[] }
type Document = {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: object; parameters: Record<string, Parameter> }
}
const document: Document = missing
  ? { paths: {}, components: { schemas: {}, parameters: {} } }
  : JSON.parse(JSON.stringify(parse(readFileSync(url, 'utf8'))), jsonSchema)

const psu = { ipAddress: '192.0.2.1', userAgent: 'Test/1.0' }
const back = { returnUrl: 'https://kontobro.test/back', failureUrl: 'https://kontobro.test/nok' }
const requestId = '11111111-2222-4333-8444-555555555555'
const context = { consentId: 'c1', requestId, psu }
const product = 'norwegian-domestic-credit-transfers'
const consent = {
  requestId,
  psu,
  ...back,
  validUntil: '2026-09-01',
  frequencyPerDay: 4,
  accounts: [] as string[],
}
const order = {
  requestId,
  endToEndId: 'E2E-1',
  amount: { minor: 123_456n, currency: 'NOK' },
  debtorAccount: '15032080119',
  creditorAccount: 'NO9386011117947',
  creditorName: 'Eksempel Mottaker AS',
  ...back,
}
const query = { from: '2026-01-01', to: '2026-01-31', bookingStatus: 'both', withBalance: true } as const
const service = '/v1/{payment-service}/{payment-product}'

const calls: [string, BankCall, string?][] = [
  ['/v1/consents', buildCreateConsent(consent), 'consents'],
  [
    '/v1/consents',
    buildCreateConsent({ ...consent, accounts: ['15032080119', 'NO9386011117947'] }),
    'consents',
  ],
  ['/v1/consents/{consentId}', buildGetConsent('c1', requestId)],
  ['/v1/consents/{consentId}/status', buildGetConsentStatus('c1', requestId)],
  ['/v1/consents/{consentId}', buildDeleteConsent('c1', requestId)],
  [
    '/v1/consents/{consentId}/authorisations',
    buildStartAuthorisation('/v1/consents/c1/authorisations', { ...consent }),
  ],
  ['/v1/accounts', buildGetAccounts(context)],
  ['/v1/accounts/{account-id}/balances', buildGetBalances('a1', context)],
  ['/v1/accounts/{account-id}/transactions', buildGetTransactions('a1', query, context)],
  [service, buildPayment({ ...order, kid: '1234567897' }, product, psu, 'array'), 'paymentInitiation_json'],
  [service, buildPayment({ ...order, kid: '1234567897' }, product, psu, 'single'), 'paymentInitiation_json'],
  [
    service,
    buildPayment({ ...order, text: 'Faktura', executionDate: '2026-02-01' }, product, psu, 'array'),
    'paymentInitiation_json',
  ],
  [`${service}/{paymentId}/status`, buildGetPaymentStatus(product, 'p1', requestId)],
  [`${service}/{paymentId}`, buildCancelPayment(product, 'p1', requestId, psu)],
]

describe.skipIf(missing)('what is sent keeps to the official OpenAPI 1.3.11', () => {
  const ajv = new Ajv({ strict: false, logger: false })
  addFormats.default(ajv)
  ajv.addSchema({ $id: 'bg', components: document.components })

  test.each(calls)('%s %#', (path, call, schema) => {
    const operation = document.paths[path]?.[call.method.toLowerCase()]
    const [asked, search = ''] = call.path.split('?')
    expect(asked).toMatch(new RegExp(`^${path.replace(/\{[^}]+\}/g, '[^/]+')}$`))
    const known = (operation?.parameters ?? []).map(
      (p) => document.components.parameters[p.$ref?.split('/').at(-1) ?? ''] ?? p,
    )
    const named = (where: string) => known.filter((p) => p.in === where)
    const headers = Object.keys(call.headers)
    for (const parameter of named('header').filter((p) => p.required)) {
      expect(headers, parameter.name).toContain(parameter.name.toLowerCase())
    }
    const allowed = [...named('header').map((p) => p.name.toLowerCase()), 'content-type', 'accept']
    expect(headers.filter((name) => !allowed.includes(name))).toEqual([])
    const queries = named('query').map((p) => p.name)
    expect([...new URLSearchParams(search).keys()].filter((name) => !queries.includes(name))).toEqual([])
    if (!schema) return
    const valid = ajv.validate({ $ref: `bg#/components/schemas/${schema}` }, JSON.parse(call.body ?? ''))
    expect(ajv.errors ?? []).toEqual([])
    expect(valid).toBe(true)
  })
})
