import { createPrivateKey, type webcrypto } from 'node:crypto'
import * as oidc from 'openid-client'
import { boundedFetch, type Fetch } from '../bounded-fetch.ts'
import { type BankIdPerson, personFromClaims } from './person.ts'
import { BankIdRefused, toRefusal } from './refusal.ts'

export type BankIdOptions = {
  readonly issuer: string
  readonly clientId: string
  /** P-256 key (PKCS #8 or SEC 1) of `private_key_jwt`; its public half is registered with BankID. */
  readonly privateKeyPem: string
  /** `kid` under which the public key is registered, where there are several. */
  readonly keyId?: string
  readonly redirectUri: string
  /** Plain http to the issuer. For the sandbox only. */
  readonly allowInsecure?: boolean
  /** Per request; a log-in takes up to three of them. */
  readonly timeoutMs?: number
  readonly fetch?: Fetch
}

/** What must be kept, out of the browser's reach, between start and finish. */
export type BankIdSecrets = { readonly state: string; readonly nonce: string; readonly codeVerifier: string }

export type BankIdClient = {
  /** A log-in to send the browser to. Throws `BankIdRefused` (`unavailable`, `protocol`). */
  start: (options: { locale: 'nb' | 'en' }) => Promise<{ url: string } & BankIdSecrets>
  /**
   * Takes the URL (or only its path and query) that the browser came back to. Each start can be finished once;
   * BankID refuses the code the second time. Throws `BankIdRefused`.
   */
  finish: (callbackUrl: string, secrets: BankIdSecrets) => Promise<BankIdPerson>
}

const answerAtMostBytes = 512 * 1024

/** The signing key of the client assertion (RFC 7523, 2.2) as WebCrypto takes it. */
function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  const pkcs8 = createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' })
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
  return crypto.subtle.importKey('pkcs8', new Uint8Array(pkcs8), algorithm, false, ['sign'])
}

async function discover(options: BankIdOptions): Promise<oidc.Configuration> {
  const { issuer, clientId, privateKeyPem, keyId, allowInsecure, timeoutMs = 10_000 } = options
  const key = await importKey(privateKeyPem)
  const fetch = boundedFetch(options.fetch ?? globalThis.fetch, {
    deadlineMs: timeoutMs,
    maxBytes: answerAtMostBytes,
  })
  const execute = [oidc.enableNonRepudiationChecks]
  if (allowInsecure) execute.push(oidc.allowInsecureRequests)
  return await oidc.discovery(
    new URL(issuer),
    clientId,
    { token_endpoint_auth_method: 'private_key_jwt' },
    oidc.PrivateKeyJwt(keyId ? { key, kid: keyId } : { key }),
    {
      execute,
      timeout: timeoutMs / 1000,
      [oidc.customFetch]: (url, init) => fetch(url, init as RequestInit),
    },
  )
}

/** Discovery at first use, kept while it holds; a failed one is asked for again. */
function lazyConfiguration(options: BankIdOptions): () => Promise<oidc.Configuration> {
  let known: Promise<oidc.Configuration> | undefined
  return () => {
    known ??= discover(options).catch((error: unknown) => {
      known = undefined
      throw error
    })
    return known
  }
}

/**
 * The authorization response against the redirect URI of our own: behind a proxy the address we were called at
 * is not the one that BankID knows. RFC 6749, 4.1.3 wants the same redirect URI at the token endpoint.
 */
function answerAt(redirectUri: string, callbackUrl: string, expectedState: string): URL {
  const answer = new URL(redirectUri)
  answer.search = new URL(callbackUrl, redirectUri).search
  const states = answer.searchParams.getAll('state')
  if (expectedState === '' || states.length !== 1 || states[0] !== expectedState) {
    throw new BankIdRefused('state', 'the answer is for another log-in')
  }
  return answer
}

/**
 * BankID as OpenID Connect relying party: code flow, PKCE S256, private_key_jwt (ES256), ID token signature
 * verified besides TLS. Real time counts here, not the injected clock.
 * Sources: developer.bankid.no; OpenID Connect Core 1.0; RFC 7636; RFC 7523; RFC 9207.
 */
export function bankIdClient(options: BankIdOptions): BankIdClient {
  const configuration = lazyConfiguration(options)
  const { redirectUri } = options
  return {
    async start({ locale }) {
      const secrets = {
        state: oidc.randomState(),
        nonce: oidc.randomNonce(),
        codeVerifier: oidc.randomPKCECodeVerifier(),
      }
      try {
        const url = oidc.buildAuthorizationUrl(await configuration(), {
          redirect_uri: redirectUri,
          scope: 'openid profile',
          code_challenge: await oidc.calculatePKCECodeChallenge(secrets.codeVerifier),
          code_challenge_method: 'S256',
          state: secrets.state,
          nonce: secrets.nonce,
          login_hint: 'BID',
          ui_locales: locale,
        })
        return { url: url.href, ...secrets }
      } catch (error) {
        throw toRefusal(error)
      }
    },
    async finish(callbackUrl, { state, nonce, codeVerifier }) {
      try {
        const answer = answerAt(redirectUri, callbackUrl, state)
        const tokens = await oidc.authorizationCodeGrant(await configuration(), answer, {
          pkceCodeVerifier: codeVerifier,
          expectedState: state,
          expectedNonce: nonce,
          idTokenExpected: true,
        })
        return personFromClaims(tokens.claims(), tokens.id_token ?? '')
      } catch (error) {
        throw toRefusal(error)
      }
    },
  }
}
