import { isIP } from 'node:net'
import { Problem } from '../../../domain/problems.ts'
import { isPublicAddress } from '../../../events/webhook-address.ts'

/**
 * An address that events may be sent to: https without credentials (http too where private addresses are allowed).
 * A private address written as such is refused at once; what a name points to is judged at every delivery.
 * @throws Problem `webhook_url_refused`
 */
export function checkWebhookUrl(text: string, allowPrivate: boolean): string {
  const url = URL.parse(text)
  if (!url) throw refused('It is not an absolute URL.')
  const schemes = allowPrivate ? ['https:', 'http:'] : ['https:']
  if (!schemes.includes(url.protocol)) throw refused('Only https is allowed.')
  if (url.username !== '' || url.password !== '') {
    throw refused('It must not hold a user name or password; deliveries are signed instead.')
  }
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (!allowPrivate && (host === 'localhost' || (isIP(host) && !isPublicAddress(host)))) {
    throw refused('It is not an address of the public internet.')
  }
  url.hash = ''
  return url.href
}

function refused(why: string): Problem {
  return new Problem('webhook_url_refused', {
    detail: `The address may not receive webhooks. ${why}`,
    errors: [{ path: 'body.url', message: why }],
  })
}
