// For every path parameter of the API: how client A gets such a resource. The isolation test walks all operations and
// fails on a parameter that is not here, so a new resource brings its line along.
import type { TestApi } from '../support/api.ts'
import { type ExampleRows, exampleRows } from './example-rows.ts'

/** Answers the id of a resource that belongs to client `a`; `public` for what belongs to nobody (banks). */
export type Example = ((api: TestApi) => Promise<string>) | { readonly public: string }

const row =
  (kind: keyof ExampleRows): Example =>
  async (api) =>
    (await exampleRows(api))[kind]

export const examples: Readonly<Record<string, Example>> = {
  apiKeyId: async ({ a }) => (await a.post('/v1/apiKeys', { name: 'Example', scopes: ['read'] })).body.id,
  webhookEndpointId: async ({ a }) =>
    (await a.post('/v1/webhookEndpoints', { url: 'https://example.com/hooks' })).body.id,
  companyId: row('company'),
  userId: row('user'),
  agreementId: row('agreement'),
  connectionId: row('connection'),
  consentId: row('consent'),
  accountId: row('account'),
  twinId: row('twin'),
  syncJobId: row('job'),
  fileId: row('file'),
  transactionId: row('transaction'),
  rulingId: row('ruling'),
  statementId: row('statement'),
  openItemId: row('openItem'),
  paymentId: row('payment'),
  matchId: row('match'),
  institutionId: { public: 'example-bank' },
}

const someUser = `usr_${'0'.repeat(26)}`
const someTransaction = `txn_${'0'.repeat(26)}`

/** By operationId: a body that is valid, for operations on a resource (with a path parameter) that take one. */
export const exampleBodies: Readonly<Record<string, unknown>> = {
  askPaymentApproval: { userId: someUser, language: 'nb' },
  refreshAccount: {},
  splitTransaction: { revision: 0 },
  mergeTransactions: { otherId: someTransaction },
  takeOverAccount: { lastTransactionId: someTransaction },
  compareRoutes: { route: 'second' },
  switchAccountRoute: { route: 'second' },
}
