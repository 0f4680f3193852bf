import { generateKeyPairSync, sign } from 'node:crypto'
import type { Fetch } from '../../../src/protocols/bounded-fetch.ts'

const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

export const issuer = 'https://bankid.test/realm'
export const redirectUri = 'https://gateway.test/bankid/callback'

const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
const strangerKeys = generateKeyPairSync('rsa', { modulusLength: 2048 })
const clientKeys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
export const clientKeyPem = clientKeys.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string

export const person = {
  sub: 'may-change',
  bankid_altsub: '9578-5999-4-1000001',
  name: 'Kari Prøve Eksempel',
  given_name: 'Kari Prøve',
  family_name: 'Eksempel',
  birthdate: '1980-04-15',
  acr: 'urn:bankid:bid;LOA=4',
  amr: ['bid'],
}

function idToken(claims: object, byStranger: boolean): string {
  const signed = `${base64url({ alg: 'RS256', kid: 'k1', typ: 'JWT' })}.${base64url(claims)}`
  const key = byStranger ? strangerKeys.privateKey : keys.privateKey
  return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`
}

export type Says = {
  claims?: Record<string, unknown>
  byStranger?: boolean
  token?: () => Response | Promise<Response>
}

const json = (body: object, status = 200) => Response.json(body, { status })

/** A provider behind `fetch` that says what a real one would not: for the refusals. */
export function fakeProvider(says: Says = {}) {
  const calls: { path: string; body: URLSearchParams }[] = []
  let nonce = ''
  const fetch: Fetch = async (url, init) => {
    const { pathname } = new URL(url)
    calls.push({ path: pathname, body: new URLSearchParams(String(init.body ?? '')) })
    if (pathname.endsWith('openid-configuration')) {
      return json({
        issuer,
        authorization_endpoint: `${issuer}/auth`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/jwks`,
        response_types_supported: ['code'],
        id_token_signing_alg_values_supported: ['RS256'],
        code_challenge_methods_supported: ['S256'],
      })
    }
    if (pathname.endsWith('/jwks')) {
      const jwk = keys.publicKey.export({ format: 'jwk' })
      return json({ keys: [{ ...jwk, kid: 'k1', use: 'sig', alg: 'RS256' }] })
    }
    if (says.token) return says.token()
    const now = Math.floor(Date.now() / 1000)
    const claims = {
      iss: issuer,
      aud: 'kontobro',
      iat: now,
      exp: now + 300,
      nonce,
      ...person,
      ...says.claims,
    }
    const token = idToken(claims, says.byStranger ?? false)
    return json({ access_token: 'at', token_type: 'Bearer', expires_in: 300, id_token: token })
  }
  const answerFor = (given: string) => {
    nonce = given
  }
  return { fetch, calls, answerFor }
}
