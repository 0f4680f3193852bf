import { randomBytes, timingSafeEqual } from 'node:crypto'
import { type Incoming, json, type Reply, refuse } from '../http.ts'

/** The one client of the sandbox's e-sign provider. Its secret protects nothing. */
export const esignClient = { id: 'kontobro', secret: 'sandbox-esign-secret' } as const

const tokenLifeMs = 3_600_000
const tokensKept = 1000

const oauthError = (status: number, error: string, description: string): Reply =>
  json(status, { error, error_description: description }, { 'cache-control': 'no-store' })

const same = (a: string, b: string) =>
  Buffer.byteLength(a) === Buffer.byteLength(b) && timingSafeEqual(Buffer.from(a), Buffer.from(b))

/** Client id and secret from the Basic header or the form (RFC 6749, 2.3.1). */
function credentials(request: Incoming, form: URLSearchParams): { id: string; secret: string } {
  const basic = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(request.headers.authorization ?? '')?.[1]
  if (!basic) return { id: form.get('client_id') ?? '', secret: form.get('client_secret') ?? '' }
  const text = Buffer.from(basic, 'base64').toString('utf8')
  const at = text.indexOf(':')
  const decoded = new URLSearchParams(`id=${text.slice(0, at)}&secret=${text.slice(at + 1)}`)
  return { id: decoded.get('id') ?? '', secret: decoded.get('secret') ?? '' }
}

export type Tokens = {
  /** `POST /oauth/token`, grant type client_credentials, scope esign (RFC 6749, 4.4). */
  issue: (request: Incoming) => Reply
  /** Refuses with 401 unless the request carries a token of this provider that is still good. */
  check: (request: Incoming) => void
}

/** Access tokens in memory: after a restart of the sandbox a client asks for a new one. Real time. */
export function createTokens(): Tokens {
  const expiresAtMs = new Map<string, number>()
  return {
    issue(request) {
      const form = request.form()
      const { id, secret } = credentials(request, form)
      if (!same(id, esignClient.id) || !same(secret, esignClient.secret)) {
        return oauthError(401, 'invalid_client', 'unknown client or wrong secret')
      }
      if (form.get('grant_type') !== 'client_credentials') {
        return oauthError(400, 'unsupported_grant_type', 'only client_credentials')
      }
      const scope = form.get('scope') ?? 'esign'
      if (scope !== 'esign') return oauthError(400, 'invalid_scope', 'only esign')
      const token = randomBytes(32).toString('base64url')
      expiresAtMs.set(token, Date.now() + tokenLifeMs)
      const oldest = expiresAtMs.keys().next().value
      if (expiresAtMs.size > tokensKept && oldest !== undefined) expiresAtMs.delete(oldest)
      const answer = { access_token: token, token_type: 'Bearer', expires_in: tokenLifeMs / 1000, scope }
      return json(200, answer, { 'cache-control': 'no-store' })
    },
    check(request) {
      const token = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
      if (token && (expiresAtMs.get(token) ?? 0) > Date.now()) return
      const challenge = token ? 'Bearer error="invalid_token"' : 'Bearer'
      refuse(json(401, { error: 'invalid_token' }, { 'www-authenticate': challenge }))
    },
  }
}
