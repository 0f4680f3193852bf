import { describe, expect, test } from 'vitest'
import type { Fetch } from '../../../src/protocols/bounded-fetch.ts'
import { esignClient } from '../../../src/protocols/esign/client.ts'

const created = { orderId: 'o1', signUrl: 'https://sign.test/sign/o1', expiresAt: '2026-03-09T09:00:00Z' }
const signer = {
  name: 'Kari Eksempel',
  birthdate: '1980-04-15',
  bankidAltsub: '9578-5999-4-1000001',
  acr: 'urn:bankid:bid;LOA=4',
  signedAt: '2026-03-02T09:10:00.000Z',
  certificateChain: ['-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n'],
}
const order = {
  pdf: Buffer.from('%PDF-1.7 …'),
  name: 'Bankavtale',
  reference: 'agr_1',
  redirectUrl: 'https://gateway.test/back',
}

type Call = { method: string; path: string; authorization: string | null; body: string }

function provider(answer: (call: Call, count: number) => Response | Promise<Response>, expiresIn = 3600) {
  const calls: Call[] = []
  const fetch: Fetch = async (url, init) => {
    const { pathname } = new URL(url)
    const authorization = new Headers(init.headers).get('authorization')
    const call = {
      method: init.method ?? 'GET',
      path: pathname,
      authorization,
      body: String(init.body ?? ''),
    }
    calls.push(call)
    if (pathname !== '/oauth/token') return answer(call, calls.filter((one) => one.path === pathname).length)
    const count = calls.filter((one) => one.path === pathname).length
    return Response.json({ access_token: `t${count}`, token_type: 'Bearer', expires_in: expiresIn })
  }
  const client = esignClient({
    baseUrl: 'https://sign.test',
    clientId: 'kontobro',
    clientSecret: 's/e:cret',
    deadlineMs: 100,
    fetch,
  })
  return { calls, client, tokens: () => calls.filter(({ path }) => path === '/oauth/token') }
}

describe('an order', () => {
  test('carries the document, the reference and who is to sign', async () => {
    const { client, calls } = provider(() => Response.json(created, { status: 201 }))
    const found = await client.createOrder({
      ...order,
      signer: { name: 'Kari Eksempel', birthdate: '1980-04-15' },
    })
    expect(found).toEqual({ ...created, expiresAt: new Date(created.expiresAt) })
    const sent = JSON.parse(calls.at(-1)?.body ?? '')
    expect(sent).toEqual({
      documents: [{ name: 'Bankavtale', pdf: order.pdf.toString('base64') }],
      redirectUrl: order.redirectUrl,
      reference: 'agr_1',
      signer: { name: 'Kari Eksempel', birthdate: '1980-04-15' },
    })
  })
  test('tells who signed', async () => {
    const { client } = provider(() => Response.json({ orderId: 'o1', status: 'signed', signer }))
    const { certificateChain, ...person } = signer
    expect(await client.getOrder('o1')).toEqual({
      orderId: 'o1',
      status: 'signed',
      signer: { ...person, signedAt: new Date(signer.signedAt), certificateChainPem: certificateChain },
    })
  })
  test.each(['created', 'rejected', 'expired', 'cancelled'])('that is %s has no signer', async (status) => {
    const { client } = provider(() => Response.json({ orderId: 'o1', status, signer }))
    expect(await client.getOrder('o1')).toEqual({ orderId: 'o1', status })
  })
  test('gives its signed document', async () => {
    const { client, calls } = provider(() => new Response('%PDF-1.7 signed'))
    expect(Buffer.from(await client.getSignedDocument('a/b')).toString()).toBe('%PDF-1.7 signed')
    expect(calls.at(-1)?.path).toBe('/orders/a%2Fb/document')
  })
  test('can be cancelled, also when it is final already', async () => {
    for (const status of [204, 409]) {
      const { client } = provider(() => new Response(null, { status }))
      await expect(client.cancel('o1')).resolves.toBeUndefined()
    }
  })
})

describe('the token', () => {
  const fine = () => Response.json({ orderId: 'o1', status: 'created' })
  test('is asked for once and used again', async () => {
    const { client, calls, tokens } = provider(fine)
    await client.getOrder('o1')
    await client.getOrder('o1')
    expect(tokens()).toHaveLength(1)
    expect(calls.at(-1)?.authorization).toBe('Bearer t1')
    const basic = Buffer.from(tokens()[0]?.authorization?.slice(6) ?? '', 'base64').toString()
    expect(basic).toBe('kontobro:s%2Fe%3Acret')
    expect(tokens()[0]?.body).toBe('grant_type=client_credentials&scope=esign')
  })
  test('is renewed before it ends', async () => {
    const { client, tokens } = provider(fine, 20)
    await client.getOrder('o1')
    await client.getOrder('o1')
    expect(tokens()).toHaveLength(2)
  })
  test('is renewed once when it is no longer taken', async () => {
    const once = provider((_call, count) => (count === 1 ? new Response(null, { status: 401 }) : fine()))
    await expect(once.client.getOrder('o1')).resolves.toMatchObject({ status: 'created' })
    expect(once.calls.at(-1)?.authorization).toBe('Bearer t2')
    const never = provider(() => new Response(null, { status: 401 }))
    await expect(never.client.getOrder('o1')).rejects.toMatchObject({ kind: 'rejected', httpStatus: 401 })
    expect(never.tokens()).toHaveLength(2)
  })
})

describe('what cannot be used is a failure', () => {
  test.each<[string, string, () => Response | Promise<Response>]>([
    ['unavailable', 'trouble there', () => new Response('', { status: 500 })],
    ['unavailable', 'no connection', () => Promise.reject(new TypeError('fetch failed'))],
    ['rejected', 'an unknown order', () => Response.json({}, { status: 404 })],
    ['malformed', 'no JSON', () => new Response('<html>')],
    ['malformed', 'an unknown status', () => Response.json({ orderId: 'o1', status: 'odd' })],
    ['malformed', 'another order', () => Response.json({ orderId: 'o2', status: 'created' })],
    ['malformed', 'signed by nobody', () => Response.json({ orderId: 'o1', status: 'signed' })],
    ['malformed', 'a redirect', () => new Response(null, { status: 307, headers: { location: '/x' } })],
  ])('%s: %s', async (kind, _what, answer) => {
    const { client } = provider(answer)
    const error = await client.getOrder('o1').catch((caught: unknown) => caught)
    expect(error).toMatchObject({ name: 'ServiceFailure', kind })
    expect(String(error)).not.toContain('cret')
  })
  test('a sign page elsewhere is not where a person is sent to', async () => {
    for (const signUrl of ['https://evil.test/sign/o1', 'javascript:alert(1)']) {
      const { client } = provider(() => Response.json({ ...created, signUrl }))
      await expect(client.createOrder(order)).rejects.toMatchObject({ kind: 'malformed' })
    }
  })
  test('a document that is none, or too large', async () => {
    const page = provider(() => new Response('<html>')).client
    await expect(page.getSignedDocument('o1')).rejects.toMatchObject({ kind: 'malformed' })
    const flood = provider(() => new Response(Buffer.alloc(26 * 1024 * 1024))).client
    await expect(flood.getSignedDocument('o1')).rejects.toMatchObject({ kind: 'malformed' })
    await expect(page.createOrder({ ...order, pdf: Buffer.alloc(26 * 1024 * 1024) })).rejects.toMatchObject({
      kind: 'rejected',
    })
  })
})
