import { type Actor, recordAudit } from '../audit/record.ts'
import { getAccount } from '../consent/accounts.ts'
import type { Tx } from '../db.ts'
import { osloDate } from '../domain/clock.ts'
import { newId } from '../domain/ids.ts'
import { paymentMachine } from '../domain/machines.ts'
import type { Money } from '../domain/money.ts'
import { ibanToBban, isIban, isKid, normaliseAccount } from '../domain/norwegian.ts'
import { invalidRequest, notFound, Problem } from '../domain/problems.ts'
import { appendEvent } from '../events/append.ts'
import { moveState } from '../events/move.ts'
import { holdItem } from './item.ts'
import type { PaymentRow } from './snapshot.ts'

export type NewPayment = {
  readonly accountId: string
  readonly amount: Money
  readonly creditorName: string
  readonly creditorAccount: string
  readonly kid?: string
  readonly text?: string
  /** Absent: as soon as possible. */
  readonly executionDate?: string
  readonly openItemId?: string
}

type Fault = { path: string; message: string }

/** The product that is sent is the Norwegian domestic one: other countries come with their own. */
function accountFault(creditor: string): string | null {
  if (ibanToBban(creditor)) return null
  if (isIban(creditor)) return 'only Norwegian accounts can be paid so far'
  const looksRight = /^(\d{11}|NO\d{13})$/.test(creditor)
  return looksRight
    ? 'the account number fails its check digit'
    : 'not a Norwegian account number: 11 digits, or an IBAN'
}

function faultsOf(input: NewPayment, facts: { currency: string; number: string; today: string }): Fault[] {
  const faults: Fault[] = []
  const say = (path: string, message: string) => faults.push({ path: `body.${path}`, message })
  const creditor = normaliseAccount(input.creditorAccount)
  const wrong = accountFault(creditor)
  if (wrong) say('creditorAccount', wrong)
  if (creditor === facts.number) say('creditorAccount', 'debtor and creditor are the same account')
  if (input.amount.minor <= 0n) say('amount', 'the amount must be more than zero')
  if (input.amount.currency !== facts.currency) say('amount.currency', `the account is in ${facts.currency}`)
  if (input.kid !== undefined && input.text !== undefined)
    say('text', 'a payment carries a KID or a text, not both')
  if (input.kid !== undefined && !isKid(input.kid))
    say('kid', 'not a KID: 2 to 25 digits, the last one a check digit')
  if (input.executionDate !== undefined && input.executionDate < facts.today)
    say('executionDate', 'the date has passed')
  return faults
}

/**
 * Creates a payment and checks it. Its end-to-end id is fixed here, once for all attempts.
 * @throws Problem `not_found` (account), `invalid_request` naming each field, `reference_unknown` and
 * `open_item_not_payable` (open item).
 */
export async function createPayment(tx: Tx, actor: Actor, input: NewPayment): Promise<PaymentRow> {
  const account = await getAccount(tx, input.accountId)
  if (account.state !== 'enabled')
    throw new Problem('state_conflict', `Account ${account.id} is ${account.state}.`)
  const faults = faultsOf(input, {
    currency: account.currency,
    number: account.number,
    today: osloDate(tx.now),
  })
  if (faults.length > 0) throw invalidRequest(faults)
  if (input.openItemId) await holdItem(tx, account.companyId, input.openItemId, input.amount)
  const id = newId('payment', tx.now)
  const payment = await tx.prisma.payment.create({
    data: {
      id,
      clientId: tx.clientId,
      companyId: account.companyId,
      accountId: account.id,
      openItemId: input.openItemId ?? null,
      kind: 'supplier',
      state: 'draft',
      amountMinor: input.amount.minor,
      currency: input.amount.currency,
      creditorName: input.creditorName,
      creditorAccount: normaliseAccount(input.creditorAccount),
      kid: input.kid ?? null,
      text: input.text ?? null,
      executionDate: input.executionDate ?? null,
      endToEndId: id.replace('_', ''),
      preparedBy: `${actor.kind}:${actor.id}`,
      createdAt: tx.now,
    },
  })
  const about = { resourceType: 'payment', resourceId: id, companyId: account.companyId }
  await recordAudit(tx, { actor, action: 'payment.create', ...about })
  await appendEvent(tx, { type: 'payment.created', ...about })
  await moveState(tx, paymentMachine, id, 'draft', 'validated', {
    actor,
    companyId: account.companyId,
    event: 'payment.state_changed',
  })
  return { ...payment, state: 'validated' }
}

/** @throws Problem `not_found`. */
export async function getPayment(tx: Tx, id: string): Promise<PaymentRow> {
  const payment = await tx.prisma.payment.findUnique({ where: { id } })
  if (!payment) throw notFound('payment', id)
  return payment
}
