import { webcrypto } from 'node:crypto'
import { readFileSync } from 'node:fs'
import * as oidc from 'openid-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startBankid } from '../../sandbox/bankid/server.ts'
import type { Service } from '../../sandbox/context.ts'
import { openBrowser } from './browser.ts'
import { idsContext } from './ids-context.ts'

// A port that nobody told the provider about.
const callback = 'http://127.0.0.1:45123/bankid/callback'
const context = idsContext()
const kari = context.world.person('kari')
let service: Service
let config: oidc.Configuration

beforeAll(async () => {
  service = await startBankid(context)
  const pem = readFileSync(context.pki.paths.bankidClientKey, 'utf8')
  const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64')
  const key = await webcrypto.subtle.importKey('pkcs8', der, { name: 'ECDSA', namedCurve: 'P-256' }, false, [
    'sign',
  ])
  config = await oidc.discovery(
    new URL(service.url),
    'kontobro',
    { token_endpoint_auth_method: 'private_key_jwt' },
    oidc.PrivateKeyJwt(key),
    { execute: [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks] },
  )
})
afterAll(async () => {
  await service.close()
  await context.forget()
})

async function begin(extra: Record<string, string> = {}) {
  const verifier = oidc.randomPKCECodeVerifier()
  const checks = {
    pkceCodeVerifier: verifier,
    expectedNonce: oidc.randomNonce(),
    expectedState: oidc.randomState(),
    idTokenExpected: true,
  }
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: callback,
    scope: 'openid profile nnin_altsub',
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    nonce: checks.expectedNonce,
    state: checks.expectedState,
    ...extra,
  })
  return { url, checks }
}

async function logIn(form: Record<string, string>, browser = openBrowser()) {
  const { url, checks } = await begin()
  const page = await browser.follow(url.href, callback)
  const back = await browser.follow(page.url, callback, form)
  return { page, back, checks, at: new URL(back.location ?? 'about:blank') }
}

test('a chosen person comes straight back with the claims of BankID in the ID token', async () => {
  const { at, checks } = await logIn({ person: 'kari', action: 'approve' })
  const tokens = await oidc.authorizationCodeGrant(config, at, checks)
  expect(tokens.claims()).toMatchObject({
    sub: kari.bankidAltsub,
    bankid_altsub: kari.bankidAltsub,
    nnin_altsub: kari.nationalNumber,
    name: kari.name,
    given_name: kari.givenName,
    family_name: kari.familyName,
    birthdate: kari.birthdate,
    acr: 'urn:bankid:bid;LOA=4',
    amr: ['bid'],
  })
})

test('a national number is told only with its scope', async () => {
  const { url, checks } = await begin({ scope: 'openid profile' })
  const browser = openBrowser()
  const page = await browser.follow(url.href, callback)
  const back = await browser.follow(page.url, callback, { person: 'kari', action: 'approve' })
  const tokens = await oidc.authorizationCodeGrant(config, new URL(back.location ?? ''), checks)
  expect(tokens.claims()).not.toHaveProperty('nnin_altsub')
  expect(tokens.claims()).toHaveProperty('birthdate')
})

test('cancelling comes back as access_denied', async () => {
  const { at, checks } = await logIn({ person: 'kari', action: 'cancel' })
  await expect(oidc.authorizationCodeGrant(config, at, checks)).rejects.toMatchObject({
    error: 'access_denied',
  })
})

test('the page asks for the person again in a browser that has logged in before', async () => {
  const browser = openBrowser()
  await logIn({ person: 'kari', action: 'approve' }, browser)
  const second = await logIn({ person: 'ola', action: 'approve' }, browser)
  expect(second.page.text).toContain('name="person"')
  const tokens = await oidc.authorizationCodeGrant(config, second.at, second.checks)
  expect(tokens.claims()?.name).toBe(context.world.person('ola').name)
})

test('a hint with a national number chooses that person beforehand', async () => {
  const { url } = await begin({ login_hint: `BID:${context.world.person('liv').nationalNumber}` })
  const page = await openBrowser().follow(url.href, callback)
  expect(page.text).toMatch(/value="liv" ?selected/)
})

test('an unknown person is asked again and logs nobody in', async () => {
  const { back } = await logIn({ person: 'nobody', action: 'approve' })
  expect(back).toMatchObject({ status: 422, location: undefined })
})

test('a login of another browser is not continued', async () => {
  const { url } = await begin()
  const page = await openBrowser().follow(url.href, callback)
  const stolen = await openBrowser().request(page.url, { person: 'kari', action: 'approve' })
  expect(stolen).toMatchObject({ status: 400, location: undefined })
})

test.for([
  'http://127.0.0.1:45123/other',
  'http://127.0.0.1:45123/bankid/callback?x=1',
  'http://127.0.0.1:45123/bankid/callback#x',
  'http://user@127.0.0.1:45123/bankid/callback',
  'https://127.0.0.1:45123/bankid/callback',
  'http://127.0.0.1.example.test/bankid/callback',
  'http://example.test/bankid/callback',
])('the redirect address %s is refused', async (address) => {
  const { url } = await begin({ redirect_uri: address })
  const seen = await openBrowser().request(url.href)
  expect(seen.location).toBeUndefined()
  expect(seen.text).toMatch(/redirect_uri/)
})

test.for(['http://localhost:45999/bankid/callback', 'http://127.0.0.1:1/app/bankid/callback'])(
  'the redirect address %s is allowed',
  async (address) => {
    const { url } = await begin({ redirect_uri: address })
    const page = await openBrowser().follow(url.href, address)
    expect(page.text).toContain('name="person"')
  },
)

test('a request without PKCE, or with the plain method, is refused', async () => {
  const plain = await begin({ code_challenge_method: 'plain' })
  const none = await begin()
  none.url.searchParams.delete('code_challenge')
  none.url.searchParams.delete('code_challenge_method')
  for (const { url } of [plain, none]) {
    const seen = await openBrowser().follow(url.href, callback)
    expect(new URL(seen.location ?? '').searchParams.get('error')).toBe('invalid_request')
  }
})

test('a code is good once, and only with its verifier', async () => {
  const first = await logIn({ person: 'kari', action: 'approve' })
  await oidc.authorizationCodeGrant(config, first.at, first.checks)
  await expect(oidc.authorizationCodeGrant(config, first.at, first.checks)).rejects.toMatchObject({
    error: 'invalid_grant',
  })
  const second = await logIn({ person: 'kari', action: 'approve' })
  const wrong = { ...second.checks, pkceCodeVerifier: oidc.randomPKCECodeVerifier() }
  await expect(oidc.authorizationCodeGrant(config, second.at, wrong)).rejects.toMatchObject({
    error: 'invalid_grant',
  })
})

test('a client with another key gets no tokens', async () => {
  const pair = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, [
    'sign',
    'verify',
  ])
  const stranger = await oidc.discovery(
    new URL(service.url),
    'kontobro',
    { token_endpoint_auth_method: 'private_key_jwt' },
    oidc.PrivateKeyJwt((pair as webcrypto.CryptoKeyPair).privateKey),
    { execute: [oidc.allowInsecureRequests] },
  )
  const { at, checks } = await logIn({ person: 'kari', action: 'approve' })
  await expect(oidc.authorizationCodeGrant(stranger, at, checks)).rejects.toMatchObject({
    error: 'invalid_client',
  })
})
