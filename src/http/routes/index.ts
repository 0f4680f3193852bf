import type { Route } from '../define-route.ts'
import { createApiKeyRoute } from './apiKeys/create.ts'
import { getApiKey } from './apiKeys/get.ts'
import { listApiKeys } from './apiKeys/list.ts'
import { revokeApiKey } from './apiKeys/revoke.ts'
import { listAuditEntries } from './auditEntries/list.ts'
import { listEvents } from './events/list.ts'
import { createWebhookEndpoint } from './webhookEndpoints/create.ts'
import { listWebhookDeliveries } from './webhookEndpoints/deliveries.ts'
import { disableWebhookEndpoint } from './webhookEndpoints/disable.ts'
import { enableWebhookEndpoint } from './webhookEndpoints/enable.ts'
import { getWebhookEndpoint } from './webhookEndpoints/get.ts'
import { listWebhookEndpoints } from './webhookEndpoints/list.ts'

/** Every operation of the API. */
export const routes: readonly Route[] = [
  createApiKeyRoute,
  listApiKeys,
  getApiKey,
  revokeApiKey,
  listAuditEntries,
  listEvents,
  createWebhookEndpoint,
  listWebhookEndpoints,
  getWebhookEndpoint,
  enableWebhookEndpoint,
  disableWebhookEndpoint,
  listWebhookDeliveries,
]
