import { randomUUID } from 'node:crypto'
import { addDays } from '../clock.ts'
import { empty, json, type Reply, type Routes } from '../http.ts'
import { ibanOf, isBban } from '../identifiers.ts'
import type { Bank } from './banks.ts'
import { type Call, deny, formatError, isDate, isRecord, link } from './errors.ts'
import { scaPageUrl, startSca } from './sca-state.ts'
import type { AccountReference, Consent } from './types.ts'

/** SCA for account information holds for 180 days (RTS (EU) 2018/389 art. 10 as amended by 2022/2360). */
const maxConsentDays = 180
const maxFrequencyPerDay = 4

type Access = Consent['access']

function reference(value: unknown, path: string): AccountReference {
  if (!isRecord(value)) return formatError(path, 'an account reference is an object')
  const { iban, bban, currency } = value
  const fits =
    (typeof bban === 'string' && isBban(bban)) ||
    (typeof iban === 'string' && /^NO\d{13}$/.test(iban) && ibanOf(iban.slice(4)) === iban)
  if (!fits) formatError(path, 'neither a Norwegian IBAN nor a BBAN with a right check digit')
  return {
    ...(typeof iban === 'string' ? { iban } : {}),
    ...(typeof bban === 'string' ? { bban } : {}),
    ...(typeof currency === 'string' ? { currency } : {}),
  }
}

function references(access: Record<string, unknown>, name: keyof Access): AccountReference[] {
  const list = access[name] ?? []
  const path = `access.${name}`
  if (!Array.isArray(list)) return formatError(path, `${path} is not a list`)
  return list.map((one, index) => reference(one, `${path}[${index}]`))
}

function readAccess(value: unknown): Pick<Consent, 'access' | 'kind'> {
  if (!isRecord(value)) return formatError('access', 'access is missing')
  for (const name of ['availableAccounts', 'availableAccountsWithBalance', 'restrictedTo']) {
    if (value[name] !== undefined)
      deny(400, 'PARAMETER_NOT_SUPPORTED', `${name} is not supported`, `access.${name}`)
  }
  const none: Access = { accounts: [], balances: [], transactions: [] }
  if (value.allPsd2 !== undefined) {
    const known = value.allPsd2 === 'allAccounts' || value.allPsd2 === 'allAccountsWithOwnerName'
    return known ? { access: none, kind: 'global' } : formatError('access.allPsd2', 'unknown value')
  }
  const named = (['accounts', 'balances', 'transactions'] as const).filter(
    (name) => value[name] !== undefined,
  )
  if (named.length === 0) formatError('access', 'access asks for nothing')
  const access: Access = {
    accounts: references(value, 'accounts'),
    balances: references(value, 'balances'),
    transactions: references(value, 'transactions'),
  }
  const asked = access.accounts.length + access.balances.length + access.transactions.length
  return { access, kind: asked === 0 ? 'bankOffered' : 'detailed' }
}

function readTerms(body: Record<string, unknown>, today: string) {
  const { recurringIndicator: recurring, validUntil, frequencyPerDay: frequency } = body
  if (typeof recurring !== 'boolean') return formatError('recurringIndicator', 'must be true or false')
  if (typeof body.combinedServiceIndicator !== 'boolean') {
    return formatError('combinedServiceIndicator', 'must be true or false')
  }
  if (!isDate(validUntil) || validUntil < today) return formatError('validUntil', 'not a date from today on')
  if (typeof frequency !== 'number' || !Number.isInteger(frequency) || frequency < 1) {
    return formatError('frequencyPerDay', 'must be a whole number of at least 1')
  }
  if (!recurring && frequency !== 1) return formatError('frequencyPerDay', 'must be 1 for a one-off consent')
  const latest = addDays(today, maxConsentDays)
  return {
    recurring,
    validUntil: validUntil > latest ? latest : validUntil,
    frequencyPerDay: Math.min(frequency, maxFrequencyPerDay),
  }
}

/** POST /v1/consents (NextGenPSD2 1.3.11, 6.3.1): detailed, bank-offered or global consent. */
function create(call: Call): Reply {
  const { bank } = call
  const { clock, state } = bank.context
  const sca = startSca(call)
  const body = call.request.json()
  if (!isRecord(body)) return formatError('', 'the body is not a JSON object')
  const consent: Consent = {
    id: randomUUID(),
    tpp: call.tpp,
    status: 'received',
    ...readAccess(body.access),
    ...readTerms(body, clock.today()),
    createdAt: clock.now().toISOString(),
    lastActionDate: clock.today(),
    sca,
    reads: {},
  }
  bank.data.consents[consent.id] = consent
  state.changed()
  const self = `/v1/consents/${consent.id}`
  const links = {
    scaRedirect: { href: scaPageUrl(bank, sca) },
    self: link(bank, self),
    status: link(bank, `${self}/status`),
    scaStatus: link(bank, `${self}/authorisations/${sca.authorisationId}`),
  }
  const answer = { consentStatus: consent.status, consentId: consent.id, _links: links }
  return json(201, answer, {
    location: link(bank, self).href,
    'aspsp-sca-approach': 'REDIRECT',
    'aspsp-multiple-consent-support': String(bank.multipleConsents),
  })
}

/** The consent named in the path; a foreign one looks like one that is not there. */
function named(call: Call): Consent {
  const consent = call.bank.data.consents[call.request.params.consentId ?? '']
  if (consent?.tpp !== call.tpp) return deny(403, 'CONSENT_UNKNOWN', 'no such consent')
  return consent
}

function read(call: Call): Reply {
  const consent = named(call)
  return json(200, {
    access: consent.access,
    recurringIndicator: consent.recurring,
    validUntil: consent.validUntil,
    frequencyPerDay: consent.frequencyPerDay,
    lastActionDate: consent.lastActionDate,
    consentStatus: consent.status,
    _links: { account: link(call.bank, '/v1/accounts') },
  })
}

function end(call: Call): Reply {
  const consent = named(call)
  if (consent.status === 'received' || consent.status === 'valid') {
    consent.status = 'terminatedByTpp'
    consent.lastActionDate = call.bank.context.clock.today()
    call.bank.context.state.changed()
  }
  return empty(204)
}

function scaStatus(call: Call): Reply {
  const { sca } = named(call)
  if (sca.authorisationId !== call.request.params.authorisationId) {
    return deny(403, 'RESOURCE_UNKNOWN', 'no such authorisation')
  }
  return json(200, { scaStatus: sca.status })
}

/** Routes below /v1/consents. */
export const consentRoutes = (call: Omit<Call, 'request'>): Routes => ({
  'POST /v1/consents': (request) => create({ ...call, request }),
  'GET /v1/consents/:consentId': (request) => read({ ...call, request }),
  'DELETE /v1/consents/:consentId': (request) => end({ ...call, request }),
  'GET /v1/consents/:consentId/status': (request) =>
    json(200, { consentStatus: named({ ...call, request }).status }),
  'GET /v1/consents/:consentId/authorisations': (request) =>
    json(200, { authorisationIds: [named({ ...call, request }).sca.authorisationId] }),
  'GET /v1/consents/:consentId/authorisations/:authorisationId': (request) => scaStatus({ ...call, request }),
})

/**
 * Makes a consent valid after SCA. Where the bank allows one recurring consent per PSU and TPP, the former
 * ones end (NextGenPSD2 1.3.11, 6.1).
 */
export function activateConsent(bank: Bank, consent: Consent, personId: string): void {
  const { clock, state } = bank.context
  for (const other of Object.values(bank.data.consents)) {
    const sameUser = other.tpp === consent.tpp && other.sca.personId === personId
    if (other === consent || !sameUser || other.status !== 'valid') continue
    if (bank.multipleConsents || !consent.recurring || !other.recurring) continue
    other.status = 'terminatedByTpp'
    other.lastActionDate = clock.today()
  }
  consent.status = 'valid'
  consent.lastActionDate = clock.today()
  state.changed()
}
