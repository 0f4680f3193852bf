import { until } from './api.ts'
import { ledgerAccount } from './sandbox.ts'
import { hold, keyOf, type Money, made, type Step, type Walk } from './walk.ts'

type Payment = {
  readonly id: string
  readonly state: string
  readonly bankCode: string | null
  readonly endToEndId: string
  readonly transactionId: string | null
}

const supplier = 'LEVERANDØR ATTRAPP AS'
/** A KID that ends in its MOD10 check digit. */
const kid = '20261234569'
const amount: Money = { amount: '1234.50', currency: 'NOK' }

const read = (walk: Walk) => walk.api.get<Payment>(`/v1/payments/${made(walk, 'paymentId')}`)
const approved = ['accepted', 'scheduled', 'executed', 'settled']

/** Moves the clock while it waits, since the bank works by sandbox time. */
async function untilState(
  walk: Walk,
  what: string,
  states: readonly string[],
  step: string,
): Promise<Payment> {
  let seen = ''
  const look = async () => {
    const payment = await read(walk)
    seen = payment.state
    return states.includes(seen) ? payment : undefined
  }
  const now = await look()
  if (now) return now
  await walk.control.advance(step)
  return until(what, 20_000, look, () => seen)
}

const create: Step = {
  title: 'Payment with KID prepared',
  async run(walk) {
    const ledger = await walk.control.ledger()
    const creditor = ledger.banks[0]?.accounts.find(({ owner }) => owner === supplier)
    hold(creditor !== undefined, `${supplier} has no account in the ledger`)
    const companyId = made(walk, 'companyId')
    const invoice = { companyId, externalId: 'supplier-invoice-1', direction: 'payable', amount, kid }
    const item = await walk.api.post<{ id: string }>('/v1/openItems', invoice, keyOf(walk, 'payable'))
    walk.made.payableId = item.id
    const [account] = made(walk, 'accounts')
    const order = {
      accountId: account?.id,
      amount,
      creditorName: supplier,
      creditorAccount: creditor.bban,
      kid,
      openItemId: item.id,
    }
    const payment = await walk.api.post<Payment>('/v1/payments', order, keyOf(walk, 'payment'))
    walk.made.paymentId = payment.id
    return `${payment.id}  ${amount.amount} ${amount.currency} to ${supplier}`
  },
}

const approve: Step = {
  title: 'Approved on our page and at the bank',
  async run(walk) {
    const { id } = await read(walk)
    const asked = await walk.api.post<{ url: string }>(
      `/v1/payments/${id}/approvals`,
      { userId: made(walk, 'userId') },
      keyOf(walk, 'approval'),
    )
    const before = await read(walk)
    if (!approved.includes(before.state)) {
      // A call that was cut off is given up after a while: nothing has left the account, and she tries again.
      if (before.state === 'submitting')
        await untilState(walk, 'the broken call to be given up', ['approved'], 'PT1M')
      await walk.kari.approve(await walk.kari.enter(asked.url))
    }
    const after = await untilState(walk, 'the bank to accept the payment', approved, 'PT1M')
    return `${after.id} is ${after.state}${after.bankCode ? ` (${after.bankCode})` : ''}`
  },
}

const execute: Step = {
  title: 'Executed by the bank, seen by a job',
  async run(walk) {
    const { endToEndId, bankCode } = await untilState(
      walk,
      'the bank to have executed the payment',
      ['executed', 'settled'],
      'PT20M',
    )
    const ledger = await walk.control.ledger()
    const payments = ledger.banks.flatMap((bank) => bank.payments)
    const executions = payments
      .filter((payment) => payment.endToEndId === endToEndId)
      .reduce((sum, payment) => sum + payment.executions, 0)
    hold(executions === 1, `the money left ${executions} times`)
    return `${bankCode ?? ''}, the money left once`
  },
}

const settle: Step = {
  title: 'Booked entry arrives, payment settled',
  async run(walk) {
    const settled = await untilState(walk, 'the payment to be settled', ['settled'], 'PT2M')
    const item = await walk.api.get<{ state: string }>(`/v1/openItems/${made(walk, 'payableId')}`)
    hold(item.state === 'settled', `the supplier's invoice is ${item.state}`)
    const [account] = made(walk, 'accounts')
    const truth = ledgerAccount(await walk.control.ledger(), account?.bban ?? '')
    const rows = truth.bookings.filter((row) => row.endToEndId === settled.endToEndId)
    hold(rows.length === 1, `the bank has booked it ${rows.length} times`)
    return `${settled.id} is ${settled.state} by ${settled.transactionId}`
  },
}

/** From a supplier's invoice to a payment that is settled by a booked entry. */
export const paymentSteps: readonly Step[] = [create, approve, execute, settle]
