import { type Call, header, tppReply } from '../errors.ts'
import type { Faults } from './fault.ts'

const name = 'PSU-IP-Address'
const privateRange =
  /^(10\.|127\.|0\.|169\.254\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|::1$|f[cd]|fe[89ab])/i

/** The consent of the request, if it is one that holds. */
const validConsent = ({ bank, request }: Call) => {
  const consent = bank.data.consents[header(request, 'Consent-ID') ?? '']
  return consent?.status === 'valid' ? consent : undefined
}

/** Consents, and whether a person is there. */
export const peopleFaults = {
  consent_dead: {
    about: 'the consent that is used is over at once, long before its date',
    fits: (call) => validConsent(call) !== undefined,
    request: ({ call }) => {
      const consent = validConsent(call)
      if (consent) consent.status = 'expired'
      call.bank.context.state.changed()
      return undefined
    },
  },
  psu_headers_required: {
    about: 'reads without a person present are refused',
    fits: ({ request }) => request.path.startsWith('/v1/accounts') && !header(request, name),
    request: () => tppReply(400, 'FORMAT_ERROR', `${name} is missing`, name),
  },
  private_ip_refused: {
    about: "a person's address from a private network is refused",
    fits: ({ request }) => privateRange.test(header(request, name) ?? ''),
    request: () => tppReply(400, 'FORMAT_ERROR', `${name} is not a public address`, name),
  },
} satisfies Faults
