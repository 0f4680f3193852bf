import type { Reply } from '../../http.ts'
import type { Bank } from '../banks.ts'
import { type Call, header } from '../errors.ts'
import { resourceId } from '../resource-id.ts'
import type { Account, ActiveFault } from '../types.ts'
import type { AccountWire, Fault, TransactionPage } from './fault.ts'
import { faultTable } from './table.ts'

// All that the rest of the bank knows of faults.

/** The account that the path names, under the consent of the request. */
function accountOf({ bank, request }: Call): Account | undefined {
  const consent = bank.data.consents[header(request, 'Consent-ID') ?? '']
  const parts = request.path.split('/')
  return consent && bank.data.accounts.find((account) => parts.includes(resourceId(consent, account)))
}

/** Is the fault about this request, by the account and path that it was ordered for? */
function concerns(fault: ActiveFault, call: Call): boolean {
  const { path } = call.request
  const { account } = fault
  if (fault.path && !path.startsWith(fault.path) && !path.endsWith(fault.path)) return false
  return account === undefined || accountOf(call)?.bban === account
}

function count(bank: Bank, fault: ActiveFault): void {
  if (fault.left !== null) {
    fault.left--
    bank.data.faults = bank.data.faults.filter(({ left }) => left === null || left > 0)
  }
  bank.context.state.changed()
}

/** Runs a value through every active fault that has this place; each that changes it has happened once. */
function through<Value>(
  call: Call,
  value: Value,
  step: (entry: Fault, fault: ActiveFault, value: Value) => Value,
): Value {
  let now = value
  for (const fault of call.bank.data.faults) {
    if (!concerns(fault, call)) continue
    const changed = step(faultTable[fault.name], fault, now)
    if (changed === now) continue
    count(call.bank, fault)
    now = changed
  }
  return now
}

/** Before the request is looked at: the reply that takes the place of the real one, if any. */
export async function requestFaults(call: Call): Promise<Reply | undefined> {
  for (const fault of call.bank.data.faults) {
    const { request, fits } = faultTable[fault.name]
    if (!request || !concerns(fault, call) || !(fits?.(call) ?? true)) continue
    count(call.bank, fault)
    const reply = await request({ call, fault })
    if (reply) return reply
  }
  return undefined
}

export const accountsFaults = (call: Call, list: readonly AccountWire[]): readonly AccountWire[] =>
  through(call, list, (entry, fault, now) => entry.accounts?.(now, { call, fault }) ?? now)

export const transactionsFaults = (call: Call, account: Account, page: TransactionPage): TransactionPage =>
  through(call, page, (entry, fault, now) => entry.transactions?.(now, { call, fault, account }) ?? now)

export const answerFaults = (call: Call, reply: Reply): Reply =>
  through(call, reply, (entry, fault, now) => entry.answer?.(now, { call, fault }) ?? now)

/** Does the server present a certificate that has expired? */
export const certificateIsExpired = (bank: Bank): boolean =>
  bank.data.faults.some(({ name }) => faultTable[name].certificate === 'expired')

/** A handshake failed: one of the times that an expired certificate was shown. */
export function connectionRefused(bank: Bank): void {
  const fault = bank.data.faults.find(({ name }) => faultTable[name].certificate === 'expired')
  if (!fault) return
  count(bank, fault)
  if (!certificateIsExpired(bank)) bank.faultsChanged()
}
