import type { Language } from '../../consent/letters.ts'
import type { PaymentRow } from '../../payments/snapshot.ts'
import { account, amount, day } from '../format.ts'
import { html, type Part } from '../html.ts'
import { button, facts, notice, page } from '../layout.ts'
import { words } from '../words.ts'

export type ApprovePage = {
  readonly language: Language
  readonly csrf: string
  readonly path: string
  readonly company: string
  readonly payment: PaymentRow
  readonly debtorNumber: string
  readonly shownHash: string
  readonly attempts: number
}

/** What it is about, first and large: how much, to whom. Then every field that the bank acts on. */
function details(p: ApprovePage): Part {
  const t = words[p.language]
  const { payment } = p
  const rows: (readonly [string, Part])[] = [
    [t.toAccount, account(payment.creditorAccount)],
    ...(payment.kid ? [[t.kid, payment.kid] as const] : []),
    ...(payment.text ? [[t.message, payment.text] as const] : []),
    [t.when, payment.executionDate ? day(payment.executionDate, p.language) : t.soon],
    [t.payer, p.company],
    [t.from, account(p.debtorNumber)],
  ]
  return html`<div class="sum">
      <p class="amount">${amount(payment.amountMinor, payment.currency, p.language)}</p>
      <p class="to">${t.to} <strong>${payment.creditorName}</strong></p>
    </div>${facts(rows)}`
}

/** One payment for its approver: exactly what is approved, then the way to the bank, then how it went. */
export function approvePage(p: ApprovePage): string {
  const t = words[p.language]
  const { state, reasonText } = p.payment
  const form = (label: string) =>
    button({ action: `${p.path}/approve`, csrf: p.csrf, label, hidden: { shown: p.shownHash } })
  const frame = (title: string, main: Part, step?: readonly [number, number]) =>
    page({ language: p.language, title, ...(step ? { step } : {}) }, main)
  switch (state) {
    case 'pending_approval':
      return frame(
        t.approveTitle,
        html`<p>${t.approveLead}</p>${details(p)}${form(t.approve)}
          ${button({ action: `${p.path}/decline`, csrf: p.csrf, label: t.decline, quiet: true })}`,
        [2, 3],
      )
    case 'approved':
    case 'awaiting_sca': {
      const again = state === 'approved' && p.attempts > 0 && notice('wait', t.paymentAgain)
      return frame(t.approveTitle, html`${again}${details(p)}${form(t.continueToBank)}`, [2, 3])
    }
    case 'unknown':
      return frame(t.approveTitle, html`${notice('wait', t.paymentUnknown)}${details(p)}`, [2, 3])
    case 'submitting':
      return frame(t.approveTitle, html`${notice('wait', t.paymentBusy)}${details(p)}`, [2, 3])
    case 'declined':
      return frame(t.paymentDeclinedTitle, html`${notice('bad', t.paymentDeclined)}${details(p)}`)
    case 'rejected':
    case 'sca_failed':
    case 'cancelled':
    case 'abandoned':
    case 'returned':
      return frame(
        t.paymentFailedTitle,
        html`${notice('bad', html`${t.paymentFailed} ${reasonText}`)}${details(p)}`,
      )
    default:
      return frame(t.paymentAcceptedTitle, html`${notice('good', t.paymentAccepted)}${details(p)}`, [3, 3])
  }
}
