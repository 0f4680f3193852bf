import { expect, test } from 'vitest'
import { createLogger } from '../../src/http/logging.ts'
import type { HttpPorts } from '../../src/http/ports.ts'
import { buildHttp } from '../../src/http/server.ts'

const ports = { log: createLogger({ level: 'silent' }), publicUrl: 'http://localhost' } as HttpPorts

async function addressSeen(trustProxy: number | string | undefined): Promise<string> {
  const app = await buildHttp(ports, {
    routes: [],
    ...(trustProxy === undefined ? {} : { trustProxy }),
    pages: async (pages) => {
      pages.get('/seen', async (request) => request.ip)
    },
  })
  // The first address is what the visitor wrote, the second what the proxy in front of us saw.
  const headers = { 'x-forwarded-for': '198.51.100.66, 203.0.113.9' }
  const answer = await app.inject({ url: '/seen', headers, remoteAddress: '10.0.0.5' })
  await app.close()
  return answer.body
}

test('a visitor cannot choose the address that the bank is told', async () => {
  expect(await addressSeen(undefined)).toBe('10.0.0.5')
  expect(await addressSeen(1)).toBe('203.0.113.9')
  expect(await addressSeen('10.0.0.0/8')).toBe('203.0.113.9')
  expect(await addressSeen('10.9.9.9')).toBe('10.0.0.5')
})
