import { type Bank, bankIds, bankState } from '../bank/banks.ts'
import { isRecord } from '../bank/errors.ts'
import { faultNames, faultTable, isFaultName } from '../bank/faults/table.ts'
import { findAccount } from '../bank/ledger.ts'
import type { Account, ActiveFault } from '../bank/types.ts'
import type { SandboxContext } from '../context.ts'
import { type Incoming, json, type Reply } from '../http.ts'
import { badRequest } from './bad-request.ts'

const untilCleared = 'until_cleared'
const mostAtOnce = 100

/** GET /control/faults: every name, and what is waiting to happen. */
export function getFaults(context: SandboxContext): Reply {
  const known = faultNames.map((name) => ({ name, about: faultTable[name].about }))
  const active = bankIds.flatMap((bank) =>
    bankState(context, bank).faults.map(({ left, ...fault }) => ({
      bank,
      ...fault,
      times: left ?? untilCleared,
    })),
  )
  return json(200, { known, active })
}

type Body = Record<string, unknown>

const optionalText = (body: Body, name: string): string | undefined => {
  const value = body[name]
  return value === undefined || typeof value === 'string' ? value : badRequest(name, 'a text')
}

function readTimes(times: unknown): number | null {
  if (times === undefined) return 1
  if (times === untilCleared) return null
  const fits = typeof times === 'number' && Number.isInteger(times) && times >= 0
  return fits ? times : badRequest('times', `a whole number of at least 0, or "${untilCleared}"`)
}

function readAccount(context: SandboxContext, bank: Bank, body: Body): Account | undefined {
  const number = optionalText(body, 'account')
  if (number === undefined) return undefined
  const account = findAccount(context, number)
  return account?.bankId === bank.id ? account : badRequest('account', 'an account of this bank')
}

/** What changes the ledger happens at once, `times` times, and never waits. */
function happen(bank: Bank, fault: ActiveFault, account: Account | undefined): void {
  const { ledger } = faultTable[fault.name]
  const target = account ?? bank.data.accounts[0]
  const times = fault.left ?? badRequest('times', 'a number')
  if (times > mostAtOnce) badRequest('times', `a number of up to ${mostAtOnce}`)
  if (target) for (let i = 0; i < times; i++) ledger?.(bank, target)
}

/** Ordered for the same account and path it takes the place of the former. */
const isSame = (one: ActiveFault, other: ActiveFault) =>
  one.name === other.name && one.account === other.account && one.path === other.path

/**
 * POST /control/faults {bank, name, times, account?, path?, bookingId?}. `times` is how often it happens, or
 * "until_cleared"; 0 clears the fault, and without a name all of the bank's. Narrowing, all optional: `account` (BBAN
 * or IBAN), `path` (the beginning or the end of the request's path), `bookingId` for drop_row.
 */
export function postFault(context: SandboxContext, banks: readonly Bank[], request: Incoming): Reply {
  const body = request.json()
  if (!isRecord(body)) return badRequest('', 'a JSON object')
  const bank = banks.find(({ id }) => id === body.bank)
  if (!bank) return badRequest('bank', bankIds.join(' or '))
  const left = readTimes(body.times)
  const { name } = body
  if (name === undefined && left === 0) bank.data.faults = []
  else if (!isFaultName(name)) return badRequest('name', faultNames.join(', '))
  else order(context, bank, { ...body, name, left })
  context.state.changed()
  bank.faultsChanged()
  return json(201, { bank: bank.id, name, times: left ?? untilCleared })
}

function order(
  context: SandboxContext,
  bank: Bank,
  body: Body & { name: ActiveFault['name']; left: number | null },
): void {
  const account = readAccount(context, bank, body)
  const path = optionalText(body, 'path')
  const bookingId = optionalText(body, 'bookingId')
  const fault: ActiveFault = {
    name: body.name,
    left: body.left,
    ...(account ? { account: account.bban } : {}),
    ...(path ? { path } : {}),
    ...(bookingId ? { bookingId } : {}),
  }
  if (faultTable[fault.name].ledger) {
    happen(bank, fault, account)
    return
  }
  const cleared = (one: ActiveFault) =>
    fault.left === 0 && !account && !path ? one.name === fault.name : isSame(one, fault)
  bank.data.faults = [
    ...bank.data.faults.filter((one) => !cleared(one)),
    ...(fault.left === 0 ? [] : [fault]),
  ]
}
