import { addDays, osloMidnightMs } from '../clock.ts'
import { json, type Reply, type Routes } from '../http.ts'
import { bbanOf } from '../identifiers.ts'
import { formatAmount } from '../money.ts'
import type { Bank } from './banks.ts'
import { type Call, deny, formatError, header, link } from './errors.ts'
import { accountsFaults } from './faults/hooks.ts'
import { availableBalance, bookedBalance, dailyClosing } from './ledger.ts'
import { resourceId } from './resource-id.ts'
import { listTransactions } from './transactions.ts'
import type { Account, AccountReference, Consent } from './types.ts'

type Right = keyof Consent['access']

const accountReference = (account: Account) => ({
  iban: account.iban,
  bban: account.bban,
  currency: account.currency,
})

/** The valid consent that the Consent-ID header names; else 401 (NextGenPSD2 1.3.11, 14.11.3). */
function consentOf(call: Call): Consent {
  const id = header(call.request, 'Consent-ID')
  if (!id) return formatError('Consent-ID', 'Consent-ID is missing')
  const consent = call.bank.data.consents[id]
  if (consent?.tpp !== call.tpp) return deny(401, 'CONSENT_INVALID', 'no such consent')
  if (consent.status === 'expired') return deny(401, 'CONSENT_EXPIRED', 'the consent has expired')
  if (consent.status !== 'valid') return deny(401, 'CONSENT_INVALID', `the consent is ${consent.status}`)
  return consent
}

const names = (list: AccountReference[], account: Account) =>
  list.some((one) => bbanOf(one.bban ?? one.iban ?? '') === account.bban)

/** May the consent see this of the account? Balances and transactions include the account itself. */
function granted(consent: Consent, account: Account, right: Right): boolean {
  const { access } = consent
  if (right !== 'accounts') return names(access[right], account)
  return [access.accounts, access.balances, access.transactions].some((list) => names(list, account))
}

/** Lets an unattended read through, or answers 429 once the day's agreed number is used up. */
function countRead(call: Call, consent: Consent, what: string): void {
  const { clock, state } = call.bank.context
  consent.lastActionDate = clock.today()
  state.changed()
  if (header(call.request, 'PSU-IP-Address')) return
  const today = clock.today()
  const key = `${today} ${what}`
  const used = consent.reads[key] ?? 0
  if (used >= consent.frequencyPerDay) {
    const seconds = Math.ceil((osloMidnightMs(addDays(today, 1)) - clock.now().getTime()) / 1000)
    deny(429, 'ACCESS_EXCEEDED', `${consent.frequencyPerDay} unattended reads a day are agreed`, undefined, {
      'retry-after': String(seconds),
    })
  }
  for (const old of Object.keys(consent.reads)) if (!old.startsWith(today)) delete consent.reads[old]
  consent.reads[key] = used + 1
}

function accountOf(call: Call, consent: Consent, right: Right): Account {
  const wanted = call.request.params.accountId
  const account = call.bank.data.accounts.find((one) => resourceId(consent, one) === wanted)
  if (!account || !granted(consent, account, 'accounts')) {
    return deny(404, 'RESOURCE_UNKNOWN', 'no such account under this consent')
  }
  if (!granted(consent, account, right)) deny(401, 'CONSENT_INVALID', `the consent does not cover ${right}`)
  return account
}

const amountOf = (account: Account, minor: bigint) => ({
  currency: account.currency,
  amount: formatAmount(minor),
})

function balances(bank: Bank, account: Account): object[] {
  const { clock } = bank.context
  const today = clock.today()
  const current = { referenceDate: today, lastChangeDateTime: clock.now().toISOString() }
  const past = bank.statesClosingBalances ? dailyClosing(account, today).reverse() : []
  return [
    { balanceAmount: amountOf(account, bookedBalance(account)), balanceType: 'interimBooked', ...current },
    {
      balanceAmount: amountOf(account, availableBalance(account)),
      balanceType: 'interimAvailable',
      ...current,
    },
    ...past.map((day) => ({
      balanceAmount: amountOf(account, day.amountMinor),
      balanceType: 'closingBooked',
      referenceDate: day.date,
    })),
  ]
}

function details(call: Call, consent: Consent, account: Account): Record<string, unknown> {
  const { bank } = call
  const self = `/v1/accounts/${resourceId(consent, account)}`
  const withBalance = call.request.query.get('withBalance') === 'true'
  const show = (right: Right) => granted(consent, account, right)
  return {
    resourceId: resourceId(consent, account),
    iban: account.iban,
    bban: account.bban,
    currency: account.currency,
    ownerName: account.ownerName,
    name: account.name,
    product: account.product,
    cashAccountType: account.cashAccountType,
    status: 'enabled',
    bic: bank.bic,
    usage: account.usage,
    ...(withBalance && show('balances') ? { balances: balances(bank, account) } : {}),
    _links: {
      ...(show('balances') ? { balances: link(bank, `${self}/balances`) } : {}),
      ...(show('transactions') ? { transactions: link(bank, `${self}/transactions`) } : {}),
    },
  }
}

function list(call: Call): Reply {
  const consent = consentOf(call)
  countRead(call, consent, '- accounts')
  const accounts = call.bank.data.accounts.filter((account) => granted(consent, account, 'accounts'))
  const wires = accounts.map((account) => details(call, consent, account))
  return json(200, { accounts: accountsFaults(call, wires) })
}

function one(call: Call): Reply {
  const consent = consentOf(call)
  const account = accountOf(call, consent, 'accounts')
  countRead(call, consent, `${account.bban} account`)
  return json(200, { account: details(call, consent, account) })
}

function readBalances(call: Call): Reply {
  const consent = consentOf(call)
  const account = accountOf(call, consent, 'balances')
  countRead(call, consent, `${account.bban} balances`)
  return json(200, { account: accountReference(account), balances: balances(call.bank, account) })
}

function readTransactions(call: Call): Reply {
  const consent = consentOf(call)
  const account = accountOf(call, consent, 'transactions')
  // Following pages belong to the read that began the list.
  const count = () => countRead(call, consent, `${account.bban} transactions`)
  return listTransactions(call, consent, account, resourceId(consent, account), count)
}

/** Routes below /v1/accounts (NextGenPSD2 1.3.11, 6.5 and 6.6). */
export const accountRoutes = (call: Omit<Call, 'request'>): Routes => ({
  'GET /v1/accounts': (request) => list({ ...call, request }),
  'GET /v1/accounts/:accountId': (request) => one({ ...call, request }),
  'GET /v1/accounts/:accountId/balances': (request) => readBalances({ ...call, request }),
  'GET /v1/accounts/:accountId/transactions': (request) => readTransactions({ ...call, request }),
})
