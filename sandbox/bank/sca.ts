import type { SandboxContext, Service } from '../context.ts'
import { html, type Part, page } from '../html.ts'
import { htmlPage, type Incoming, type Reply, type Routes, redirect, serve } from '../http.ts'
import { bbanOf, isBban } from '../identifiers.ts'
import { formatAmount } from '../money.ts'
import type { Bank } from './banks.ts'
import { activateConsent } from './consents.ts'
import { runDue } from './due.ts'
import { findSca, type ScaSubject } from './sca-state.ts'
import type { Account, AccountReference, Consent, Payment } from './types.ts'

/** People who have an account at the bank, as ids. */
const customers = (bank: Bank) => [...new Set(bank.data.accounts.flatMap((account) => account.users))]
const accountsOf = (bank: Bank, personId: string) =>
  bank.data.accounts.filter((account) => account.users.includes(personId))

const asked = ({ access }: Consent) => [
  ...new Set(
    [...access.accounts, ...access.balances, ...access.transactions].map((one) =>
      bbanOf(one.bban ?? one.iban ?? ''),
    ),
  ),
]

/** May this person approve it? Payments and detailed consents need rights to the accounts they name. */
function mayApprove(bank: Bank, subject: ScaSubject, personId: string): boolean {
  const own = accountsOf(bank, personId).map((account) => account.bban)
  if (own.length === 0) return false
  if (subject.kind === 'payment') return own.includes(subject.payment.debtor)
  return subject.consent.kind !== 'detailed' || asked(subject.consent).every((bban) => own.includes(bban))
}

/** Who would approve it when nobody is named: the PSU-ID if it is a test person's, else the first who may. */
export function likelyPerson(bank: Bank, subject: ScaSubject): string | undefined {
  const able = customers(bank).filter((id) => mayApprove(bank, subject, id))
  const { people } = bank.context.world
  const { psuId } = subject.sca
  const named = people.find((one) => psuId && [one.id, one.nationalNumber, one.bankidAltsub].includes(psuId))
  return able.find((id) => id === named?.id) ?? able[0]
}

const accountLine = (account: Account) =>
  `${account.bban} ${account.name} (${account.ownerName}, ${account.usage === 'ORGA' ? 'bedrift' : 'privat'})`

function paymentSummary(payment: Payment): Part {
  return html`<table>
<tr><th>Beløp</th><td>${formatAmount(payment.amountMinor)} ${payment.currency}</td></tr>
<tr><th>Fra konto</th><td>${payment.debtor}</td></tr>
<tr><th>Til</th><td>${payment.creditorName}, ${payment.creditor}</td></tr>
<tr><th>KID</th><td>${payment.kid ?? '–'}</td></tr>
<tr><th>Melding</th><td>${payment.text ?? '–'}</td></tr>
<tr><th>Dato</th><td>${payment.requestedExecutionDate ?? 'straks'}</td></tr>
</table>`
}

function consentSummary(bank: Bank, consent: Consent, personId: string | undefined): Part {
  const terms = html`<p>Kontoinformasjon til ${consent.tpp}, til og med ${consent.validUntil},
inntil ${consent.frequencyPerDay} ganger om dagen uten at du er til stede.</p>`
  if (consent.kind === 'detailed') {
    return html`${terms}<ul>${asked(consent).map((bban) => html`<li>${bban}</li>`)}</ul>`
  }
  if (!personId) return terms
  const boxes = accountsOf(bank, personId).map(
    (account) => html`<label><input type="checkbox" name="account" value="${account.bban}" checked>
${accountLine(account)}</label>`,
  )
  return html`${terms}<fieldset><legend>Kontoer</legend>${boxes}</fieldset>`
}

const summary = (bank: Bank, subject: ScaSubject, personId: string | undefined): Part =>
  subject.kind === 'payment'
    ? paymentSummary(subject.payment)
    : consentSummary(bank, subject.consent, personId)

const title = (bank: Bank, subject: ScaSubject) =>
  `${bank.name}: ${subject.kind === 'payment' ? 'godkjenn betaling' : 'godkjenn innsyn'}`

/** First step: who are you? Stands in for BankID at the bank. */
function choosePerson(bank: Bank, subject: ScaSubject): Part {
  const options = customers(bank).map(
    (id) => html`<option value="${id}">${bank.context.world.person(id).name}</option>`,
  )
  return html`${summary(bank, subject, undefined)}
<form method="get"><label>Logg inn som <select name="person">${options}</select></label>
<button>Logg inn</button></form>
<form method="post"><button name="outcome" value="reject">Avbryt</button></form>`
}

function decide(bank: Bank, subject: ScaSubject, personId: string): Part {
  const able = mayApprove(bank, subject, personId)
  return html`<p>Innlogget som ${bank.context.world.person(personId).name}.</p>
<form method="post"><input type="hidden" name="person" value="${personId}">
${summary(bank, subject, personId)}
${able ? html`<button name="outcome" value="approve">Godkjenn</button>` : html`<p>Du har ikke rett til dette.</p>`}
<button name="outcome" value="reject">Avvis</button></form>`
}

const closedPage = (subject: ScaSubject) =>
  htmlPage(
    subject.sca.status === 'received' ? 200 : 410,
    page(
      'Ferdig behandlet',
      html`<p>Dette er ${subject.sca.status === 'finalised' ? 'godkjent' : 'avvist eller utløpt'}.</p>
<p><a href="${subject.sca.status === 'finalised' ? subject.sca.redirectUri : subject.sca.nokRedirectUri}">Tilbake</a></p>`,
    ),
  )

const isOpen = ({ sca }: ScaSubject) => sca.status === 'received'

function show(bank: Bank, request: Incoming): Reply {
  const subject = findSca(bank, request.params.id ?? '')
  if (!subject) return htmlPage(404, page('Finnes ikke', ''))
  if (!isOpen(subject)) return closedPage(subject)
  const personId = request.query.get('person')
  const known = customers(bank).find((id) => id === personId)
  const body = known ? decide(bank, subject, known) : choosePerson(bank, subject)
  return htmlPage(200, page(title(bank, subject), body))
}

function reject(bank: Bank, subject: ScaSubject): Reply {
  subject.sca.status = 'failed'
  if (subject.kind === 'consent') subject.consent.status = 'rejected'
  else {
    subject.payment.status = 'RJCT'
    subject.payment.reason = 'Betalingen ble avvist i banken.'
  }
  bank.context.state.changed()
  return redirect(subject.sca.nokRedirectUri)
}

function approvePayment(bank: Bank, payment: Payment): void {
  payment.authorisedAt = bank.context.clock.now().toISOString()
  payment.status = isBban(payment.creditor) ? 'ACTC' : 'RJCT'
  if (payment.status === 'RJCT') payment.reason = 'Mottakers kontonummer er ugyldig.'
}

function approve(bank: Bank, subject: ScaSubject, personId: string, chosen: string[]): Reply {
  if (!mayApprove(bank, subject, personId)) return htmlPage(403, page('Du har ikke rett til dette', ''))
  if (subject.kind === 'consent' && subject.consent.kind !== 'detailed') {
    const own = accountsOf(bank, personId).filter((account) => chosen.includes(account.bban))
    if (own.length === 0) return htmlPage(400, page('Velg minst én konto', ''))
    const references: AccountReference[] = own.map(({ iban, bban, currency }) => ({ iban, bban, currency }))
    subject.consent.access = { accounts: references, balances: references, transactions: references }
  }
  subject.sca.status = 'finalised'
  subject.sca.personId = personId
  if (subject.kind === 'consent') activateConsent(bank, subject.consent, personId)
  else approvePayment(bank, subject.payment)
  bank.context.state.changed()
  return redirect(subject.sca.redirectUri)
}

function submit(bank: Bank, request: Incoming): Reply {
  const subject = findSca(bank, request.params.id ?? '')
  if (!subject) return htmlPage(404, page('Finnes ikke', ''))
  if (!isOpen(subject)) return closedPage(subject)
  const form = request.form()
  if (form.get('outcome') === 'reject') return reject(bank, subject)
  if (form.get('outcome') !== 'approve') return htmlPage(400, page('Velg godkjenn eller avvis', ''))
  return approve(bank, subject, form.get('person') ?? '', form.getAll('account'))
}

/** The bank's pages for its customers: plain http, since a PSU's browser has no client certificate. */
export function startScaPages(context: SandboxContext, bank: Bank): Promise<Service> {
  const due =
    (handle: (bank: Bank, request: Incoming) => Reply) =>
    (request: Incoming): Reply => {
      runDue(context)
      return handle(bank, request)
    }
  const routes: Routes = { 'GET /sca/:id': due(show), 'POST /sca/:id': due(submit) }
  return serve(context, `${bank.id}-pages`, routes)
}
