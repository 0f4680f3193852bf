import { addDays, osloDate, osloMidnightMs } from '../clock.ts'
import type { SandboxContext } from '../context.ts'
import { bankIds, bankState } from './banks.ts'
import { addRow, bookedBalance, bookPending, findAccount } from './ledger.ts'
import { scaWindowMs } from './sca-state.ts'
import type { BankState, Booking, Consent, Payment } from './types.ts'

/** After SCA, or as the requested day begins: in settlement after one minute, settled after fifteen. */
const acceptedAfterMs = 60_000
const settledAfterMs = 15 * 60_000
/** Pending rows are booked at 18:00 Oslo time of their booking date. */
const bookPendingAfterMs = 18 * 3_600_000

type Due = { atMs: number; run: (atMs: number) => void }

function settle(context: SandboxContext, payment: Payment, atMs: number): void {
  const { state } = context
  const debtor = findAccount(context, payment.debtor)
  if (!debtor || bookedBalance(debtor) < payment.amountMinor) {
    payment.status = 'RJCT'
    payment.reason = 'Det er ikke dekning på kontoen.'
    state.changed()
    return
  }
  const date = osloDate(atMs)
  const common: Pick<Booking, 'bookingDate' | 'valueDate' | 'kid' | 'text' | 'endToEndId' | 'paymentId'> = {
    bookingDate: date,
    valueDate: date,
    paymentId: payment.id,
    ...(payment.kid ? { kid: payment.kid } : {}),
    ...(payment.text ? { text: payment.text } : {}),
    ...(payment.endToEndId ? { endToEndId: payment.endToEndId } : {}),
  }
  const to = { name: payment.creditorName, bban: payment.creditor }
  addRow(state, debtor, {
    ...common,
    amountMinor: -payment.amountMinor,
    counterparty: to,
    code: 'PMNT-ICDT-DMCT',
  })
  const creditor = findAccount(context, payment.creditor)
  if (creditor) {
    const from = { name: debtor.ownerName, bban: debtor.bban }
    const code = payment.kid ? 'PMNT-RCDT-VCOM' : 'PMNT-RCDT-DMCT'
    addRow(state, creditor, { ...common, amountMinor: payment.amountMinor, counterparty: from, code })
  }
  payment.executions++
  payment.status = 'ACSC'
}

function paymentDue(context: SandboxContext, payment: Payment): Due | undefined {
  const { state } = context
  if (payment.status === 'RCVD') {
    const run = () => {
      payment.status = 'RJCT'
      payment.reason = 'Betalingen ble ikke godkjent i tide.'
      payment.sca.status = 'failed'
      state.changed()
    }
    return { atMs: Date.parse(payment.sca.createdAt) + scaWindowMs, run }
  }
  if (!payment.authorisedAt) return undefined
  const day = payment.requestedExecutionDate
  const startMs = Math.max(Date.parse(payment.authorisedAt), day ? osloMidnightMs(day) : 0)
  if (payment.status === 'ACTC') {
    const run = () => {
      payment.status = 'ACSP'
      state.changed()
    }
    return { atMs: startMs + acceptedAfterMs, run }
  }
  if (payment.status !== 'ACSP') return undefined
  return { atMs: startMs + settledAfterMs, run: (atMs) => settle(context, payment, atMs) }
}

function consentDue(context: SandboxContext, consent: Consent): Due | undefined {
  const { state } = context
  if (consent.status === 'received') {
    const run = () => {
      consent.status = 'rejected'
      consent.sca.status = 'failed'
      state.changed()
    }
    return { atMs: Date.parse(consent.sca.createdAt) + scaWindowMs, run }
  }
  if (consent.status !== 'valid') return undefined
  const run = (atMs: number) => {
    consent.status = 'expired'
    consent.lastActionDate = osloDate(atMs)
    state.changed()
  }
  // The last day is included.
  return { atMs: osloMidnightMs(addDays(consent.validUntil, 1)), run }
}

function pendingDue(context: SandboxContext, data: BankState): Due[] {
  return data.accounts.flatMap((account) =>
    account.pending.map((row) => ({
      atMs: osloMidnightMs(row.bookingDate) + bookPendingAfterMs,
      run: () => bookPending(context.state, account, row),
    })),
  )
}

function nextDue(context: SandboxContext, untilMs: number): Due | undefined {
  const all = bankIds.flatMap((id) => {
    const data = bankState(context, id)
    return [
      ...Object.values(data.payments).map((payment) => paymentDue(context, payment)),
      ...Object.values(data.consents).map((consent) => consentDue(context, consent)),
      ...pendingDue(context, data),
    ]
  })
  const late = all.filter((due): due is Due => due !== undefined && due.atMs <= untilMs)
  return late.sort((a, b) => a.atMs - b.atMs)[0]
}

/**
 * Does everything at the banks that has become due by sandbox time, in order of time, so that a long step of
 * the clock books each row on its own day. Called before every answer and after every step.
 */
export function runDue(context: SandboxContext): void {
  const untilMs = context.clock.now().getTime()
  for (let due = nextDue(context, untilMs); due; due = nextDue(context, untilMs)) due.run(due.atMs)
}
