import { completenessOf, transactionsOf } from './statements.ts'
import { made, type Walk } from './walk.ts'

type State = { readonly state: string }

/** What the path has led to, read over the public API. */
export async function readBack(walk: Walk) {
  const { api } = walk
  const companyId = made(walk, 'companyId')
  const agreement = await api.get<State>(`/v1/agreements/${made(walk, 'agreementId')}`)
  const consent = await api.get<State>(`/v1/consents/${made(walk, 'consentId')}`)
  const accounts = await api.list<{ id: string }>(`/v1/accounts?companyId=${companyId}`)
  let transactions = 0
  let provenDays = 0
  for (const account of accounts) {
    transactions += (await transactionsOf(walk, account)).length
    provenDays += (await completenessOf(walk, account)).counts.proven
  }
  const matches = await api.list<{ undoneAt: string | null }>(`/v1/matches?companyId=${companyId}`)
  const payment = await api.get<State>(`/v1/payments/${made(walk, 'paymentId')}`)
  const deliveries = await api.list<State>(`/v1/webhookEndpoints/${made(walk, 'endpointId')}/deliveries`)
  return {
    agreement: agreement.state,
    consent: consent.state,
    accounts: accounts.length,
    transactions,
    provenDays,
    matched: matches.filter(({ undoneAt }) => undoneAt === null).length,
    payment: payment.state,
    webhooks: deliveries.filter(({ state }) => state === 'delivered').length,
  }
}
