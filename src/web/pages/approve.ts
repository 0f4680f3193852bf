import type { Language } from '../../consent/letters.ts'
import { formatAmount } from '../../domain/money.ts'
import { formatBban, ibanToBban } from '../../domain/norwegian.ts'
import type { PaymentRow } from '../../payments/snapshot.ts'
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

/** `NO93 8601 1117 947` reads best as `8601.11.17947` in Norway. */
function account(number: string): string {
  const bban = ibanToBban(number)
  return bban ? formatBban(bban) : number
}

/** `12500.00` as people read it: `12 500,00`. */
function readable(minor: bigint, currency: string, language: Language): string {
  const [whole = '', fraction] = formatAmount({ minor, currency }).split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, language === 'nb' ? '\u00a0' : ',')
  return `${grouped}${fraction ? (language === 'nb' ? ',' : '.') + fraction : ''}\u00a0${currency}`
}

function details(p: ApprovePage): Part {
  const t = words[p.language]
  const { payment } = p
  const rows: (readonly [string, Part])[] = [
    [t.company, p.company],
    [t.from, account(p.debtorNumber)],
    [t.to, payment.creditorName],
    [t.toAccount, account(payment.creditorAccount)],
    ...(payment.kid ? [[t.kid, payment.kid] as const] : []),
    ...(payment.text ? [[t.message, payment.text] as const] : []),
    [t.when, payment.executionDate ?? t.soon],
  ]
  const sum = facts([[t.amount, readable(payment.amountMinor, payment.currency, p.language)]])
  return html`<div class="sum">${sum}</div>${facts(rows)}`
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
    case 'submitting':
    case 'unknown':
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
