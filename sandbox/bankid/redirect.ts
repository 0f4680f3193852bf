const loopbackHosts = new Set(['127.0.0.1', 'localhost'])

/**
 * Whether a redirect URI is the callback of a gateway on this machine. Its port is not known when the provider
 * starts, so every loopback port is allowed (as RFC 8252, 7.3 does for native apps); everything else stays
 * exact: plain http, the path ending in /bankid/callback, no credentials, no query, no fragment.
 */
export function isLoopbackCallback(redirectUri: string): boolean {
  if (!URL.canParse(redirectUri)) return false
  const url = new URL(redirectUri)
  const port = url.port ? `:${url.port}` : ''
  return (
    url.protocol === 'http:' &&
    loopbackHosts.has(url.hostname) &&
    url.pathname.endsWith('/bankid/callback') &&
    redirectUri === `http://${url.hostname}${port}${url.pathname}`
  )
}
