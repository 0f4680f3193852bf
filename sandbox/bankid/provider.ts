import { randomBytes } from 'node:crypto'
import Provider, { type Configuration, type JWK } from 'oidc-provider'
import type { Person } from '../world.ts'
import { bankIdHigh, bankIdSubstantial } from './levels.ts'
import { memoryAdapter } from './memory-adapter.ts'
import { isLoopbackCallback } from './redirect.ts'

// Cookies do not know ports: names of our own keep clear of the gateway's on the same host.
const cookieNames = {
  interaction: 'sandbox_bankid_interaction',
  resume: 'sandbox_bankid_resume',
  session: 'sandbox_bankid_session',
} as const

/** A Cookie header without the provider's session: BankID asks for the person each time, whoever was here. */
export function withoutSession(cookieHeader: string): string {
  const cookies = cookieHeader.split(';').map((cookie) => cookie.trim())
  return cookies.filter((cookie) => !cookie.startsWith(cookieNames.session)).join('; ')
}

export type ProviderOptions = {
  issuer: string
  people: () => readonly Person[]
  /** Public key of the client `kontobro`. */
  clientKey: JWK
  /** Private key that signs the ID tokens (RS256), with kid. */
  signingKey: JWK
}

function claimsOf(person: Person) {
  return {
    sub: person.bankidAltsub,
    bankid_altsub: person.bankidAltsub,
    amr: ['bid'],
    name: person.name,
    given_name: person.givenName,
    family_name: person.familyName,
    birthdate: person.birthdate,
    nnin_altsub: person.nationalNumber,
  }
}

function configuration(options: ProviderOptions): Configuration {
  return {
    adapter: memoryAdapter(),
    clients: [
      {
        client_id: 'kontobro',
        redirect_uris: ['http://127.0.0.1/bankid/callback'],
        token_endpoint_auth_method: 'private_key_jwt',
        token_endpoint_auth_signing_alg: 'ES256',
        jwks: { keys: [options.clientKey] },
        id_token_signed_response_alg: 'RS256',
        grant_types: ['authorization_code'],
        response_types: ['code'],
        default_acr_values: [bankIdHigh],
      },
    ],
    jwks: { keys: [options.signingKey] },
    scopes: ['openid', 'profile', 'nnin_altsub'],
    claims: {
      openid: ['sub', 'bankid_altsub', 'amr'],
      profile: ['name', 'given_name', 'family_name', 'birthdate'],
      nnin_altsub: ['nnin_altsub'],
      acr: null,
      auth_time: null,
      sid: null,
      iss: null,
    },
    acrValues: [bankIdHigh, bankIdSubstantial],
    responseTypes: ['code'],
    // BankID puts the person's claims in the ID token, not only in the answer of userinfo.
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    features: {
      devInteractions: { enabled: false },
      resourceIndicators: { enabled: false },
      rpInitiatedLogout: { enabled: false },
    },
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    cookies: {
      keys: [randomBytes(32).toString('base64url')],
      names: cookieNames,
    },
    ttl: {
      AccessToken: 300,
      AuthorizationCode: 60,
      IdToken: 300,
      Interaction: 600,
      Session: 600,
      Grant: 600,
    },
    async findAccount(_ctx, sub) {
      const person = options.people().find((candidate) => candidate.bankidAltsub === sub)
      return person && { accountId: sub, claims: async () => claimsOf(person) }
    },
    // Choosing BankID is the consent: no page of its own for it.
    async loadExistingGrant({ oidc }) {
      const { client, session, provider } = oidc
      if (!client || !session?.accountId) return undefined
      const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId })
      grant.addOIDCScope([...oidc.requestParamScopes].join(' '))
      await grant.save()
      return grant
    },
    renderError(ctx, error) {
      ctx.type = 'json'
      ctx.body = error
    },
  }
}

/**
 * An OpenID Connect provider with BankID's scopes, claims and acr: code flow with PKCE S256, client
 * `kontobro` authenticated by private_key_jwt (ES256). Tokens run on real time.
 */
export function createBankIdProvider(options: ProviderOptions): Provider {
  const provider = new Provider(options.issuer, configuration(options))
  provider.Client.prototype.redirectUriAllowed = isLoopbackCallback
  return provider
}
