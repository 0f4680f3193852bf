import { describe, expect, test } from 'vitest'
import { ConfigError, readConfig } from '../src/config.ts'

const key = Buffer.alloc(32).toString('base64')
const complete = {
  OPERATOR_NAME: 'Prøvedrift AS',
  KEY_ENCRYPTION_KEY: key,
  INDEX_KEY: key,
  AUDIT_KEY: '/run/audit.pem',
}
const production = {
  ...complete,
  NODE_ENV: 'production',
  DATABASE_URL: 'postgres://x',
  KONTOBRO_KIND: 'live',
}

test('each variable that is wrong is named, all at once', () => {
  const read = () => readConfig({ ...complete, PORT: 'http', LOG_LEVEL: 'loud' })
  expect(read).toThrow(ConfigError)
  expect(read).toThrow(/PORT.*\n.*LOG_LEVEL/)
})

test('an empty variable is one that was not set', () => {
  expect(readConfig({ ...complete, QUEUE_URL: '', PORT: '' })).toMatchObject({ PORT: 8080 })
})

describe('production is not made a sandbox by what was forgotten', () => {
  test.each([
    ['KONTOBRO_KIND', { ...production, KONTOBRO_KIND: '', PUBLIC_URL: 'https://bank.example' }],
    ['DATABASE_URL', { ...production, DATABASE_URL: '', PUBLIC_URL: 'https://bank.example' }],
    ['PUBLIC_URL', production],
    ['PUBLIC_URL', { ...production, PUBLIC_URL: 'http://bank.example' }],
    ['TEST_CLOCK_FILE', { ...production, PUBLIC_URL: 'https://bank.example', TEST_CLOCK_FILE: '/tmp/clock' }],
    [
      'WEBHOOK_ALLOW_PRIVATE',
      { ...production, PUBLIC_URL: 'https://bank.example', WEBHOOK_ALLOW_PRIVATE: 'true' },
    ],
  ])('%s is asked for or refused', (name, env) => {
    expect(() => readConfig(env)).toThrow(name)
  })
})

test('proxies are a number of hops, or addresses', () => {
  expect(readConfig({ ...complete, TRUST_PROXY: '2' }).TRUST_PROXY).toBe(2)
  expect(readConfig({ ...complete, TRUST_PROXY: '10.0.0.0/8' }).TRUST_PROXY).toBe('10.0.0.0/8')
  expect(readConfig(complete).TRUST_PROXY).toBeUndefined()
})
