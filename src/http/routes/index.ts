import type { Route } from '../define-route.ts'
import { listAccountBalances } from './accounts/balances.ts'
import { listAccountChanges } from './accounts/changes.ts'
import { getAccountCompleteness } from './accounts/completeness.ts'
import { exportAccount } from './accounts/export.ts'
import { getAccountRoute } from './accounts/get.ts'
import { listAccounts } from './accounts/list.ts'
import { refreshAccount } from './accounts/refresh.ts'
import { listAccountStatements } from './accounts/statements.ts'
import { switchAccountRoute } from './accounts/switch-route.ts'
import { takeOverAccount } from './accounts/take-over.ts'
import { listAccountTransactions } from './accounts/transactions.ts'
import { createTwin } from './accounts/twins/create.ts'
import { getTwinRoute } from './accounts/twins/get.ts'
import { listTwins } from './accounts/twins/list.ts'
import { createAgreementRoute } from './agreements/create.ts'
import { getAgreementDocument } from './agreements/document.ts'
import { getAgreementRoute } from './agreements/get.ts'
import { listAgreements } from './agreements/list.ts'
import { sendAgreementRoute } from './agreements/send.ts'
import { createApiKeyRoute } from './apiKeys/create.ts'
import { getApiKey } from './apiKeys/get.ts'
import { listApiKeys } from './apiKeys/list.ts'
import { revokeApiKey } from './apiKeys/revoke.ts'
import { listAuditEntries } from './auditEntries/list.ts'
import { createCompany } from './companies/create.ts'
import { getCompanyRoute } from './companies/get.ts'
import { listCompanies } from './companies/list.ts'
import { getConnection } from './connections/get.ts'
import { listConnections } from './connections/list.ts'
import { createConsentRoute } from './consents/create.ts'
import { getConsentRoute } from './consents/get.ts'
import { listConsents } from './consents/list.ts'
import { listEvents } from './events/list.ts'
import { createFile } from './files/create.ts'
import { getFile } from './files/get.ts'
import { listFiles } from './files/list.ts'
import { listInstitutions } from './institutions/list.ts'
import { getMatch } from './matches/get.ts'
import { listMatches } from './matches/list.ts'
import { createOpenItemRoute } from './openItems/create.ts'
import { getOpenItemRoute } from './openItems/get.ts'
import { listOpenItems } from './openItems/list.ts'
import { askPaymentApproval } from './payments/ask-approval.ts'
import { createPaymentRoute } from './payments/create.ts'
import { getPaymentRoute } from './payments/get.ts'
import { listPayments } from './payments/list.ts'
import { getSyncJob } from './syncJobs/get.ts'
import { listSyncJobs } from './syncJobs/list.ts'
import { getTransactionRoute } from './transactions/get.ts'
import { mergeTransactionsRoute } from './transactions/merge.ts'
import { listTransactionRevisions } from './transactions/revisions.ts'
import { listTransactionRulings } from './transactions/rulings.ts'
import { splitTransactionRoute } from './transactions/split.ts'
import { undoRulingRoute } from './transactions/undo-ruling.ts'
import { listUsage } from './usage/list.ts'
import { createUserRoute } from './users/create.ts'
import { getUserRoute } from './users/get.ts'
import { listUsers } from './users/list.ts'
import { createWebhookEndpoint } from './webhookEndpoints/create.ts'
import { listWebhookDeliveries } from './webhookEndpoints/deliveries.ts'
import { disableWebhookEndpoint } from './webhookEndpoints/disable.ts'
import { enableWebhookEndpoint } from './webhookEndpoints/enable.ts'
import { getWebhookEndpoint } from './webhookEndpoints/get.ts'
import { listWebhookEndpoints } from './webhookEndpoints/list.ts'

/** Every operation of the API, in the order of its description. */
export const routes: readonly Route[] = [
  createApiKeyRoute,
  listApiKeys,
  getApiKey,
  revokeApiKey,
  listInstitutions,
  createCompany,
  listCompanies,
  getCompanyRoute,
  createUserRoute,
  listUsers,
  getUserRoute,
  createAgreementRoute,
  listAgreements,
  getAgreementRoute,
  sendAgreementRoute,
  getAgreementDocument,
  createConsentRoute,
  listConsents,
  getConsentRoute,
  listConnections,
  getConnection,
  listAccounts,
  getAccountRoute,
  refreshAccount,
  switchAccountRoute,
  createTwin,
  getTwinRoute,
  listTwins,
  listAccountBalances,
  listAccountTransactions,
  listAccountChanges,
  exportAccount,
  listAccountStatements,
  getAccountCompleteness,
  takeOverAccount,
  getTransactionRoute,
  listTransactionRevisions,
  listTransactionRulings,
  splitTransactionRoute,
  mergeTransactionsRoute,
  undoRulingRoute,
  createFile,
  listFiles,
  getFile,
  listSyncJobs,
  getSyncJob,
  createOpenItemRoute,
  listOpenItems,
  getOpenItemRoute,
  listMatches,
  getMatch,
  createPaymentRoute,
  listPayments,
  getPaymentRoute,
  askPaymentApproval,
  listUsage,
  listEvents,
  createWebhookEndpoint,
  listWebhookEndpoints,
  getWebhookEndpoint,
  enableWebhookEndpoint,
  disableWebhookEndpoint,
  listWebhookDeliveries,
  listAuditEntries,
]
