import { describe, expect, it } from 'vitest'
import { nextWebhookAttempt, retryAfterMs, webhookDelays } from '../../src/events/webhook-retry.ts'
import { newWebhookSecret, webhookHeaders } from '../../src/events/webhook-signature.ts'
import { verifyWebhook } from '../support/verify-webhook.ts'

describe('webhook signatures', () => {
  it('agree with the example of the Standard Webhooks reference libraries', () => {
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
    const headers = webhookHeaders(
      secret,
      'msg_p5jXN8AQM9LWM0D4loKWxJek',
      new Date(1_614_265_330_000),
      '{"test": 2432232314}',
    )
    expect(headers['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')
  })

  it('hold for the body, the id and the time they were made for, and for a while', () => {
    const secret = newWebhookSecret()
    const at = new Date('2026-01-05T08:00:00Z')
    const headers = webhookHeaders(secret, 'evt_1', at, '{}')
    expect(verifyWebhook(secret, headers, '{}', at)).toBe(true)
    expect(verifyWebhook(secret, headers, '{ }', at)).toBe(false)
    expect(verifyWebhook(secret, { ...headers, 'webhook-id': 'evt_2' }, '{}', at)).toBe(false)
    expect(verifyWebhook(newWebhookSecret(), headers, '{}', at)).toBe(false)
    expect(verifyWebhook(secret, headers, '{}', new Date(at.getTime() + 301_000))).toBe(false)
    expect(verifyWebhook(secret, { ...headers, 'webhook-timestamp': 'soon' }, '{}', at)).toBe(false)
  })
})

describe('webhook attempts', () => {
  const now = new Date('2026-01-05T08:00:00Z')

  it('are ten over about 75 hours', () => {
    const hours = webhookDelays.reduce((sum, delay) => sum + delay, 0) / 3_600_000
    expect(hours).toBeGreaterThan(75)
    expect(hours).toBeLessThan(76)
    expect(nextWebhookAttempt(webhookDelays.length, now, undefined)).toBeInstanceOf(Date)
    expect(nextWebhookAttempt(webhookDelays.length + 1, now, undefined)).toBeUndefined()
  })

  it('are spread by a tenth to either side', () => {
    expect(nextWebhookAttempt(2, now, undefined, () => 0)?.getTime()).toBe(now.getTime() + 270_000)
    expect(nextWebhookAttempt(2, now, undefined, () => 1)?.getTime()).toBe(now.getTime() + 330_000)
  })

  it('wait as long as the receiver asks, a day at most', () => {
    expect(retryAfterMs('120', now)).toBe(120_000)
    expect(retryAfterMs('Mon, 05 Jan 2026 08:10:00 GMT', now)).toBe(600_000)
    expect(retryAfterMs('999999999', now)).toBe(86_400_000)
    expect(retryAfterMs('-5', now)).toBeUndefined()
    expect(retryAfterMs('soon', now)).toBeUndefined()
    expect(nextWebhookAttempt(1, now, 120_000)?.getTime()).toBe(now.getTime() + 120_000)
  })
})
