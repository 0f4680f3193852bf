import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { createLogger, scrub } from '../../src/http/logging.ts'
import { testApi } from '../support/api.ts'

function logged(write: (log: ReturnType<typeof createLogger>) => void): string {
  let text = ''
  const destination = new Writable({
    write(chunk, _encoding, done) {
      text += chunk
      done()
    },
  })
  write(createLogger({ level: 'debug', destination }))
  return text
}

test('members that hold secrets are not written', () => {
  const text = logged((log) => {
    log.info(
      { authorization: 'hush1', request: { headers: { cookie: 'hush2', 'set-cookie': 'hush3' } } },
      'x',
    )
    log.info({ key: { secret: 'hush4' }, accessToken: 'hush5', login: { nationalId: 'hush6' } }, 'x')
  })
  expect(text).not.toContain('hush')
  expect(text).toContain('[redacted]')
})

test('secrets inside sentences and stacks are taken out', () => {
  const secrets = [
    'kb_test_abcdefghijklmnopqrstuvwxyz012345',
    'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw==',
    'Bearer eyJhbGciOi.J9.x',
    'postgres://app:hunter2@localhost/db',
    '01017012345',
    'kari.eksempel@example.com',
  ]
  const text = logged((log) => {
    for (const secret of secrets)
      log.error({ err: new Error(`failed with ${secret} in it`) }, `about ${secret}`)
  })
  for (const secret of secrets) expect(text).not.toContain(secret)
  expect(text).not.toContain('hunter2')
})

test('what a database says of a row is left out, also as the cause of another error', async () => {
  const api = await testApi()
  const refused = async (work: () => Promise<unknown>) => work().catch((error: Error) => error)
  const errors = await api.db.forClient(api.a.clientId, async (tx) => [
    await refused(() => tx.prisma.company.findMany({ where: { hush: 'hush1' } as never })),
    await refused(() => tx.sql.query(`select 'hush2'::int`)),
  ])
  const text = logged((log) => {
    for (const error of errors) {
      log.error({ err: error }, 'x')
      log.error({ err: new Error('told', { cause: error }) }, 'x')
    }
  })
  await api.close()
  expect(text).not.toContain('hush')
  expect(text).toContain('PrismaClientValidationError')
  expect(text).toContain('22P02')
  expect(text.match(/"told"/g)).toHaveLength(2)
})

test('ids, times and amounts are left as they are', () => {
  const line = '{"time":"2026-01-05T08:00:00.000Z","id":"cmp_06f3k2m4n6p8q0r2s4t6v8w0x2","ms":1767600000000}'
  expect(scrub(line)).toBe(line)
})

test('a line per request: by route, without address, key or body', async () => {
  const api = await testApi()
  const { body } = await api.a.post('/v1/apiKeys', { name: 'Visible name', scopes: ['read'] })
  await api.a.get(`/v1/apiKeys/${body.id}?after=looked-for`)
  await api.app.inject('/l/very-secret-link')
  const text = api.log.join('')
  const lines = api.log.map((line) => JSON.parse(line))
  expect(lines).toContainEqual(
    expect.objectContaining({
      method: 'GET',
      route: '/v1/apiKeys/:apiKeyId',
      clientId: api.a.clientId,
      requestId: expect.stringMatching(/^req_/),
    }),
  )
  for (const hidden of [body.secret, api.a.apiKey, 'Visible name', 'looked-for', 'very-secret-link']) {
    expect(text).not.toContain(hidden)
  }
  await api.close()
})
