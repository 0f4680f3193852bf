import { BankRefusal } from './errors.ts'
import type { Links } from './wire.ts'

/** Where links of one bank may lead, and where its `/v1` is. */
export type LinkScope = { readonly baseUrl: string; readonly origins: readonly string[] }

/**
 * Resolves a link against the address that was asked (NextGenPSD2 1.3.11, schema hrefEntry: may be relative), and
 * refuses any origin that is not the bank's own: a link must not carry the client certificate or a person's
 * browser elsewhere. User names and passwords in links are refused too. `/v1/…` is meant from the bank's base
 * address, also where that has a path of its own.
 * @throws BankRefusal trust_failed; it does not name the link
 */
export function resolveLink(href: string, askedUrl: string, scope: LinkScope, what: string): string {
  const rooted = href.startsWith('/v1/') ? scope.baseUrl + href : href
  if (!URL.canParse(rooted, askedUrl)) {
    throw new BankRefusal({ kind: 'malformed', detail: `the ${what} link is not an address` })
  }
  const url = new URL(rooted, askedUrl)
  if (url.username || url.password || !scope.origins.includes(url.origin)) {
    throw new BankRefusal({
      kind: 'trust_failed',
      detail: `the ${what} link leads to an origin that is not this bank's`,
    })
  }
  url.hash = ''
  return url.href
}

/** What has to be done about SCA, as the links and headers of a 201 tell (NextGenPSD2 1.3.11, schema _linksConsents). */
export type ScaRoute =
  | { readonly kind: 'redirect'; readonly href: string }
  | { readonly kind: 'decoupled'; readonly message: string }
  | { readonly kind: 'start'; readonly href: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'unsupported'; readonly why: string }

/** Ways that would make us handle the person's bank credentials: recognised and refused (DESIGN 9). */
const embedded =
  /^(startAuthorisationWith|update(PsuIdentification|PsuAuthentication|EncryptedPsu)|selectAuthenticationMethod|authoriseTransaction)/

/** Redirect first, then what else the bank offers. `start`: the authorisation has to be created explicitly. */
export function scaRoute(
  links: Links,
  approach: string | undefined,
  psuMessage: string | undefined,
): ScaRoute {
  if (links.scaRedirect) return { kind: 'redirect', href: links.scaRedirect }
  if (links.scaOAuth) return { kind: 'unsupported', why: 'OAuth2 as SCA' }
  if (approach?.toUpperCase() === 'DECOUPLED') return { kind: 'decoupled', message: psuMessage ?? '' }
  if (links.startAuthorisation) return { kind: 'start', href: links.startAuthorisation }
  const asked = Object.keys(links).find((name) => embedded.test(name))
  if (asked) return { kind: 'unsupported', why: `embedded SCA (${asked.slice(0, 60)})` }
  return { kind: 'none' }
}
