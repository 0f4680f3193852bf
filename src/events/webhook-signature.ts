import { createHmac, randomBytes } from 'node:crypto'

const prefix = 'whsec_'

/** A signing secret as Standard Webhooks writes it: `whsec_` and 24 to 64 bytes in base64. Shown once. */
export function newWebhookSecret(): string {
  return `${prefix}${randomBytes(32).toString('base64')}`
}

function keyOf(secret: string): Buffer {
  if (!secret.startsWith(prefix)) throw new Error(`a webhook secret starts with ${prefix}`)
  return Buffer.from(secret.slice(prefix.length), 'base64')
}

function sign(secret: string, id: string, timestamp: string, body: string): string {
  const mac = createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.${body}`)
  return `v1,${mac.digest('base64')}`
}

/**
 * Headers of one delivery (Standard Webhooks 1.0). `id` stays the same over all attempts, so that a receiver can
 * tell a repeat; `at` is real time, since receivers refuse old timestamps.
 */
export function webhookHeaders(secret: string, id: string, at: Date, body: string): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1000))
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': sign(secret, id, timestamp, body),
  }
}
