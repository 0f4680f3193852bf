import { z } from 'zod'
import { type EventType, eventTypes } from '../../../domain/events.ts'
import { id, instant } from '../../wire.ts'

export const eventType = z.enum(Object.keys(eventTypes) as [EventType, ...EventType[]])

export const webhookEndpoint = z
  .object({
    id: id('webhook'),
    url: z.string(),
    types: z.array(z.string()).describe('Event types that are sent; empty for all.'),
    state: z.enum(['enabled', 'disabled']),
    createdAt: instant,
  })
  .meta({ id: 'WebhookEndpoint' })

type Row = {
  readonly id: string
  readonly url: string
  readonly types: string[]
  readonly state: string
  readonly createdAt: Date
}

export function webhookEndpointOf(row: Row): z.output<typeof webhookEndpoint> {
  const { id, url, types, createdAt } = row
  return { id, url, types, state: row.state as 'enabled' | 'disabled', createdAt }
}

export const webhookEndpointParams = z.object({ webhookEndpointId: id('webhook') })
export const tag = 'webhookEndpoints'
