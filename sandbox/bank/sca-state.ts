import { randomUUID } from 'node:crypto'
import type { Bank } from './banks.ts'
import { type Call, formatError, header } from './errors.ts'
import type { Consent, Payment, Sca } from './types.ts'

/** How long the PSU has to finish SCA, in sandbox time. */
export const scaWindowMs = 30 * 60_000

function redirectUri(call: Call, name: string): string | undefined {
  const text = header(call.request, name)
  if (text === undefined) return undefined
  const fits = URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol)
  return fits ? text : formatError(name, `${name} is not an absolute http(s) URI`)
}

/** Opens the one implicit authorisation of a consent or payment (NextGenPSD2 1.3.11, 5.1.1: redirect approach). */
export function startSca(call: Call): Sca {
  if (!header(call.request, 'PSU-IP-Address')) formatError('PSU-IP-Address', 'PSU-IP-Address is missing')
  const uri = redirectUri(call, 'TPP-Redirect-URI')
  if (uri === undefined) return formatError('TPP-Redirect-URI', 'TPP-Redirect-URI is missing')
  const psuId = header(call.request, 'PSU-ID')
  return {
    authorisationId: randomUUID(),
    status: 'received',
    createdAt: call.bank.context.clock.now().toISOString(),
    redirectUri: uri,
    nokRedirectUri: redirectUri(call, 'TPP-Nok-Redirect-URI') ?? uri,
    ...(psuId ? { psuId } : {}),
  }
}

/** The page that the PSU's browser is sent to. */
export const scaPageUrl = (bank: Bank, sca: Sca): string => `${bank.pagesUrl}/sca/${sca.authorisationId}`

export type ScaSubject =
  | { kind: 'consent'; consent: Consent; sca: Sca }
  | { kind: 'payment'; payment: Payment; sca: Sca }

/** What an authorisation id authorises. */
export function findSca(bank: Bank, authorisationId: string): ScaSubject | undefined {
  for (const consent of Object.values(bank.data.consents)) {
    if (consent.sca.authorisationId === authorisationId) return { kind: 'consent', consent, sca: consent.sca }
  }
  for (const payment of Object.values(bank.data.payments)) {
    if (payment.sca.authorisationId === authorisationId) return { kind: 'payment', payment, sca: payment.sca }
  }
  return undefined
}
