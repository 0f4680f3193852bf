import { describe, expect, test } from 'vitest'
import { bankIdClient } from '../../../src/protocols/bankid/client.ts'
import type { Fetch } from '../../../src/protocols/bounded-fetch.ts'
import { clientKeyPem, fakeProvider, issuer, person, redirectUri, type Says } from './fake-provider.ts'

const options = { issuer, clientId: 'kontobro', privateKeyPem: clientKeyPem, redirectUri }

/** Starts a log-in and comes back with a code, as the provider sends the browser. */
async function logIn(
  says: Says = {},
  query: (state: string) => string = (state) => `code=c1&state=${state}`,
) {
  const provider = fakeProvider(says)
  const client = bankIdClient({ ...options, fetch: provider.fetch })
  const { url, ...secrets } = await client.start({ locale: 'nb' })
  provider.answerFor(secrets.nonce)
  return { provider, url, person: await client.finish(`/bankid/callback?${query(secrets.state)}`, secrets) }
}

describe('starting', () => {
  test('asks for the code flow with PKCE, BankID high and the reader’s language', async () => {
    const { url } = await logIn()
    const asked = Object.fromEntries(new URL(url).searchParams)
    expect(asked).toMatchObject({
      client_id: 'kontobro',
      redirect_uri: redirectUri,
      response_type: 'code',
      scope: 'openid profile',
      code_challenge_method: 'S256',
      login_hint: 'BID',
      ui_locales: 'nb',
    })
  })

  test('gives each log-in its own state, nonce and verifier, and discovers once', async () => {
    const provider = fakeProvider()
    const client = bankIdClient({ ...options, fetch: provider.fetch })
    const [a, b] = await Promise.all([client.start({ locale: 'nb' }), client.start({ locale: 'en' })])
    expect(new Set([a.state, b.state, a.nonce, b.nonce, a.codeVerifier, b.codeVerifier]).size).toBe(6)
    expect(provider.calls).toHaveLength(1)
  })

  test('asks again after a discovery that failed', async () => {
    const provider = fakeProvider()
    let first = true
    const fetch: Fetch = (url, init) => {
      if (!first) return provider.fetch(url, init)
      first = false
      return Promise.reject(new TypeError('fetch failed', { cause: new Error('ECONNREFUSED') }))
    }
    const client = bankIdClient({ ...options, fetch })
    await expect(client.start({ locale: 'nb' })).rejects.toMatchObject({ reason: 'unavailable' })
    await expect(client.start({ locale: 'nb' })).resolves.toHaveProperty('url')
  })
})

describe('finishing', () => {
  test('tells who logged in, with the stable id', async () => {
    const { person: found, provider } = await logIn()
    expect(found).toMatchObject({
      bankidAltsub: person.bankid_altsub,
      name: 'Kari Prøve Eksempel',
      givenName: 'Kari Prøve',
      familyName: 'Eksempel',
      birthdate: '1980-04-15',
      acr: 'urn:bankid:bid;LOA=4',
      amr: ['bid'],
    })
    expect(found.idToken.split('.')).toHaveLength(3)
    const token = provider.calls.find(({ path }) => path.endsWith('/token'))?.body
    expect(token?.get('redirect_uri')).toBe(redirectUri)
    expect(token?.get('client_assertion_type')).toMatch(/jwt-bearer$/)
    expect(token?.get('code_verifier')).toBeTruthy()
  })

  test('reads amr as a single string too (API version 1)', async () => {
    expect((await logIn({ claims: { amr: 'BID' } })).person.amr).toEqual(['bid'])
  })

  const refusals: [string, string, Says, ((state: string) => string)?][] = [
    ['cancelled', 'the person broke off', {}, (state) => `error=access_denied&state=${state}`],
    ['state', 'another state', {}, () => 'code=c1&state=another'],
    ['state', 'no state', {}, () => 'code=c1'],
    ['state', 'two states', {}, (state) => `code=c1&state=${state}&state=x`],
    ['state', 'a foreign cancellation', {}, () => 'error=access_denied&state=another'],
    ['nonce', 'a token of another log-in', { claims: { nonce: 'another' } }],
    ['assurance', 'the biometric app', { claims: { acr: 'urn:bankid:bis;LOA=3' } }],
    ['assurance', 'no acr', { claims: { acr: undefined } }],
    ['identity', 'no stable id', { claims: { bankid_altsub: undefined } }],
    ['identity', 'a birth date that is none', { claims: { birthdate: '1980-02-30' } }],
    ['protocol', 'a token signed by a stranger', { byStranger: true }],
    ['protocol', 'a token for another client', { claims: { aud: 'someone-else' } }],
    ['protocol', 'a token of another issuer', { claims: { iss: 'https://evil.test' } }],
    ['protocol', 'a token that has run out', { claims: { exp: 1_700_000_000 } }],
    ['replay', 'a used code', { token: () => Response.json({ error: 'invalid_grant' }, { status: 400 }) }],
    [
      'protocol',
      'an unknown client',
      { token: () => Response.json({ error: 'invalid_client' }, { status: 401 }) },
    ],
    ['unavailable', 'trouble at the server', { token: () => new Response('oops', { status: 502 }) }],
    ['unavailable', 'no connection', { token: () => Promise.reject(new TypeError('x', { cause: 1 })) }],
    ['unavailable', 'an endless answer', { token: () => new Response(Buffer.alloc(600_000)) }],
    ['unavailable', 'asked to come later', {}, (state) => `error=temporarily_unavailable&state=${state}`],
    ['protocol', 'no code', {}, (state) => `state=${state}`],
  ]
  test.each(refusals)('refuses as %s: %s', async (reason, _what, says, query) => {
    const error = await logIn(says, query).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ name: 'BankIdRefused', reason })
    expect(String(error)).not.toContain(person.name)
  })

  test('gives up when nothing is answered in time', async () => {
    const hanging: Fetch = (_url, { signal }) =>
      new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
    const client = bankIdClient({ ...options, fetch: hanging, timeoutMs: 50 })
    await expect(client.start({ locale: 'nb' })).rejects.toMatchObject({ reason: 'unavailable' })
  })

  test('speaks plain http only where that is allowed', async () => {
    const { fetch } = fakeProvider()
    const client = bankIdClient({ ...options, issuer: 'http://bankid.test/realm', fetch })
    await expect(client.start({ locale: 'nb' })).rejects.toMatchObject({ reason: 'protocol' })
  })
})
