import type { Actor } from '../../audit/record.ts'
import type { Tx } from '../../db.ts'
import { after, systemClock } from '../../domain/clock.ts'
import { deliveryMachine, webhookEndpointMachine } from '../../domain/machines.ts'
import { moveState } from '../../events/move.ts'
import { nextWebhookAttempt, retryAfterMs } from '../../events/webhook-retry.ts'
import { type Answer, sendWebhook } from '../../events/webhook-send.ts'
import { webhookHeaders } from '../../events/webhook-signature.ts'
import type { Outcome, Run } from '../define-job.ts'
import type { WebhookPorts } from '../ports.ts'
import { endpoints } from './endpoints.ts'

const actor: Actor = { kind: 'job', id: 'webhook-deliver' }
const deadlineMs = 10_000
/** The places at endpoints that this process has taken. */
const places = endpoints()

type Parcel = {
  readonly attempts: number
  readonly url: string
  readonly secret: string
  readonly eventId: string
  readonly companyId: string | null
  readonly endpointId: string
  readonly body: string
}

/**
 * Delivers one event to one endpoint. The feed is the truth and a delivery only nudges: a run that died after
 * sending sends again, under the same `webhook-id`.
 */
export async function deliver(ports: WebhookPorts, run: Run): Promise<Outcome> {
  const endpointId = await ports.db.forClient(run.clientId, (tx) => endpointOf(tx, run.subjectId))
  if (!endpointId) return 'done'
  const waitMs = places.enter(endpointId)
  if (waitMs !== null) return { next: after(ports.clock.now(), waitMs) }
  let silent = false
  try {
    const parcel = await ports.db.forClient(run.clientId, (tx) => takeUp(tx, ports, run.subjectId))
    if (!parcel) return 'done'
    const answer = await send(ports, run, parcel)
    silent = answer.status === null
    return await ports.db.forClient(run.clientId, (tx) => conclude(tx, run.subjectId, parcel, answer))
  } finally {
    places.leave(endpointId, !silent)
  }
}

/** Where a delivery goes; undefined when there is nothing to send (any more). */
async function endpointOf(tx: Tx, deliveryId: string): Promise<string | undefined> {
  const delivery = await tx.prisma.webhookDelivery.findUnique({ where: { id: deliveryId } })
  if (!delivery || delivery.state === 'delivered' || delivery.state === 'exhausted') return undefined
  return delivery.endpointId
}

function send(ports: WebhookPorts, run: Run, parcel: Parcel): Promise<Answer> {
  return sendWebhook({
    url: parcel.url,
    headers: {
      'content-type': 'application/json',
      'user-agent': 'kontobro-webhooks/1',
      ...webhookHeaders(parcel.secret, parcel.eventId, systemClock.now(), parcel.body),
    },
    body: parcel.body,
    deadlineMs,
    allowPrivate: ports.allowPrivateWebhooks,
    signal: run.signal,
  })
}

/** Moves the delivery to `sending` before a byte leaves; undefined when there is nothing to send (any more). */
async function takeUp(tx: Tx, ports: WebhookPorts, deliveryId: string): Promise<Parcel | undefined> {
  const delivery = await tx.prisma.webhookDelivery.findUnique({
    where: { id: deliveryId },
    include: { endpointRef: true },
  })
  if (!delivery) return undefined
  const { state } = delivery
  if (state === 'delivered' || state === 'exhausted') return undefined
  const event = await tx.prisma.event.findUniqueOrThrow({ where: { id: delivery.eventId } })
  // A delivery that is `sending` already was left there by a process that died.
  if (state === 'pending' || state === 'retry_wait' || state === 'replayed') {
    const facts = { actor, companyId: event.companyId }
    await moveState(tx, deliveryMachine, deliveryId, state, 'sending', facts)
  }
  const { endpointRef: endpoint } = delivery
  if (endpoint.state !== 'enabled') {
    await tx.prisma.webhookDelivery.update({
      where: { id: deliveryId },
      data: { lastError: 'the endpoint is disabled' },
    })
    await moveState(tx, deliveryMachine, deliveryId, 'sending', 'exhausted', {
      actor,
      companyId: event.companyId,
    })
    return undefined
  }
  const { attempts } = await tx.prisma.webhookDelivery.update({
    where: { id: deliveryId },
    data: { attempts: { increment: 1 } },
  })
  return {
    attempts,
    url: endpoint.url,
    secret: await ports.vault.open(tx, endpoint.secret),
    eventId: event.id,
    companyId: event.companyId,
    endpointId: endpoint.id,
    body: JSON.stringify({
      id: event.id,
      type: event.type,
      timestamp: event.occurredAt.toISOString(),
      resourceType: event.resourceType,
      resourceId: event.resourceId,
      companyId: event.companyId,
      sequence: event.sequence,
      occurredAt: event.occurredAt.toISOString(),
      data: event.data,
    }),
  }
}

async function conclude(tx: Tx, deliveryId: string, parcel: Parcel, answer: Answer): Promise<Outcome> {
  const facts = { actor, companyId: parcel.companyId }
  const delivered = answer.status !== null && answer.status >= 200 && answer.status < 300
  await tx.prisma.webhookDelivery.update({
    where: { id: deliveryId },
    data: {
      lastStatus: answer.status,
      lastError: delivered ? null : answer.status === null ? answer.error : `answered ${answer.status}`,
      ...(delivered ? { deliveredAt: tx.now } : {}),
    },
  })
  if (delivered) {
    await moveState(tx, deliveryMachine, deliveryId, 'sending', 'delivered', facts)
    return 'done'
  }
  if (answer.status === 410) {
    await disable(tx, parcel.endpointId)
    await moveState(tx, deliveryMachine, deliveryId, 'sending', 'exhausted', facts)
    return 'done'
  }
  const asked = answer.status === null ? undefined : retryAfterMs(answer.retryAfter, systemClock.now())
  const next = nextWebhookAttempt(parcel.attempts, tx.now, asked)
  await moveState(tx, deliveryMachine, deliveryId, 'sending', next ? 'retry_wait' : 'exhausted', facts)
  return next ? { next } : 'done'
}

/** 410: the receiver says that it is gone for good. */
async function disable(tx: Tx, endpointId: string): Promise<void> {
  const endpoint = await tx.prisma.webhookEndpoint.findUniqueOrThrow({ where: { id: endpointId } })
  if (endpoint.state !== 'enabled') return
  await moveState(tx, webhookEndpointMachine, endpointId, 'enabled', 'disabled', {
    actor,
    companyId: null,
    reason: 'the receiver answered 410',
    event: 'webhook_endpoint.state_changed',
  })
}
