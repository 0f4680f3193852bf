import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import type Provider from 'oidc-provider'
import type { JWK } from 'oidc-provider'
import type { SandboxContext, Service } from '../context.ts'
import { listen } from '../http.ts'
import type { Person } from '../world.ts'
import { bankIdHigh } from './levels.ts'
import { loginPage, lostPage } from './pages.ts'
import { createBankIdProvider, withoutSession } from './provider.ts'

const maxFormBytes = 4096

/** The key that signs ID tokens; kept, so that a client's cached key set holds over a restart. */
function signingKey(dataDir: string): JWK {
  const file = join(dataDir, 'pki', 'bankid-provider.jwk.json')
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as JWK
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const jwk = { ...privateKey.export({ format: 'jwk' }), kid: 'sandbox-bankid-1', use: 'sig', alg: 'RS256' }
  writeFileSync(file, JSON.stringify(jwk), { mode: 0o600 })
  return jwk as JWK
}

/** The client may leave `kid` out of its assertions; if it sends one it is `kontobro`. */
function clientKey(publicKeyPem: string): JWK {
  const jwk = createPublicKey(publicKeyPem).export({ format: 'jwk' })
  return { ...jwk, kid: 'kontobro', use: 'sig', alg: 'ES256' } as JWK
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams | undefined> {
  let text = ''
  for await (const chunk of request as AsyncIterable<Buffer>) {
    text += chunk.toString('latin1')
    if (text.length > maxFormBytes) return undefined
  }
  return new URLSearchParams(text)
}

function sendPage(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
  response.end(text)
}

/** The person whose national number stands in a hint of the form `BID:<national number>`. */
function hintedPerson(people: readonly Person[], hint: unknown): string | undefined {
  const number = typeof hint === 'string' ? /^BID:(\d{11})$/.exec(hint)?.[1] : undefined
  return people.find((person) => person.nationalNumber === number)?.id
}

type Interaction = { provider: Provider; people: readonly Person[] }

/** GET shows the log-in page; POST finishes it and leads back to the client, without a consent page. */
async function interact(at: Interaction, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { provider, people } = at
  const details = await provider.interactionDetails(request, response).catch(() => undefined)
  if (!details) return sendPage(response, 400, lostPage())
  if (request.method !== 'POST') {
    return sendPage(response, 200, loginPage(people, hintedPerson(people, details.params.login_hint)))
  }
  const form = await readForm(request)
  const person = people.find((candidate) => candidate.id === form?.get('person'))
  const cancelled = form?.get('action') === 'cancel'
  if (!person && !cancelled) return sendPage(response, 422, loginPage(people, undefined))
  const result =
    person && !cancelled
      ? { login: { accountId: person.bankidAltsub, acr: bankIdHigh, amr: ['bid'], remember: false } }
      : { error: 'access_denied', error_description: 'User cancelled' }
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false })
}

/**
 * BankID as an OpenID Connect provider (discovery at `/.well-known/openid-configuration`). Runs on real time:
 * the test clock does not move its tokens.
 */
export async function startBankid(context: SandboxContext): Promise<Service> {
  const server = createServer()
  const service = await listen(context, 'bankid', server)
  const { people } = context.world
  const provider = createBankIdProvider({
    issuer: service.url,
    people: () => people,
    clientKey: clientKey(context.pki.bankidClientPublicKey),
    signingKey: signingKey(context.dataDir),
  })
  provider.on('server_error', (_ctx, error) => {
    process.stderr.write(`sandbox: bankid: ${error.stack ?? error.message}\n`)
  })
  const protocol = provider.callback()
  server.on('request', (request, response) => {
    if (request.headers.cookie) request.headers.cookie = withoutSession(request.headers.cookie)
    if (!request.url?.startsWith('/interaction/')) return void protocol(request, response)
    interact({ provider, people }, request, response).catch((error: Error) => {
      process.stderr.write(`sandbox: bankid: ${error.stack ?? error.message}\n`)
      if (!response.headersSent) sendPage(response, 500, lostPage())
    })
  })
  return service
}
