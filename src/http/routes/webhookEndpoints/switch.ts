import type { z } from 'zod'
import { webhookEndpointMachine } from '../../../domain/machines.ts'
import { notFound } from '../../../domain/problems.ts'
import { moveState } from '../../../events/move.ts'
import type { RouteContext } from '../../define-route.ts'
import { webhookEndpointOf, type webhookEndpointParams } from './schema.ts'

type Context = RouteContext<z.output<typeof webhookEndpointParams>, unknown, unknown, unknown>

/** Enables or disables an endpoint; one that is so already stays as it is. */
export async function switchWebhookEndpoint(
  { tx, params, caller, requestId }: Context,
  to: 'enabled' | 'disabled',
) {
  const where = { id: params.webhookEndpointId }
  const row = await tx.prisma.webhookEndpoint.findUnique({ where })
  if (!row) throw notFound('webhook endpoint', params.webhookEndpointId)
  if (row.state === to) return webhookEndpointOf(row)
  const from = to === 'enabled' ? 'disabled' : 'enabled'
  await moveState(tx, webhookEndpointMachine, row.id, from, to, {
    actor: caller.actor,
    companyId: null,
    requestId,
    event: 'webhook_endpoint.state_changed',
  })
  return webhookEndpointOf({ ...row, state: to })
}
