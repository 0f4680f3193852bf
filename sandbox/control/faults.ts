import { bankIds, bankState } from '../bank/banks.ts'
import { isRecord } from '../bank/errors.ts'
import { faultNames, faultTable, isFaultName } from '../bank/faults.ts'
import { findAccount } from '../bank/ledger.ts'
import type { ActiveFault } from '../bank/types.ts'
import type { SandboxContext } from '../context.ts'
import { type Incoming, json, type Reply } from '../http.ts'
import { badRequest } from './bad-request.ts'

/** GET /control/faults: every name, and what is waiting to happen. */
export function getFaults(context: SandboxContext): Reply {
  const known = faultNames.map((name) => ({
    name,
    hook: faultTable[name].hook,
    about: faultTable[name].about,
  }))
  const active = bankIds.flatMap((bank) =>
    bankState(context, bank).faults.map(({ left, ...fault }) => ({ bank, ...fault, times: left })),
  )
  return json(200, { known, active })
}

const optionalText = (body: Record<string, unknown>, name: string): string | undefined => {
  const value = body[name]
  return value === undefined || typeof value === 'string' ? value : badRequest(name, 'a text')
}

/**
 * POST /control/faults {bank, name, times}. `times: 0` takes the fault away. Narrowing, all optional:
 * `account` and `bookingId` for drop_row, `path` (its beginning, "/v1/payments") for request faults.
 */
export function postFault(context: SandboxContext, request: Incoming): Reply {
  const body = request.json()
  if (!isRecord(body)) return badRequest('', 'a JSON object')
  const bank = bankIds.find((id) => id === body.bank)
  if (!bank) return badRequest('bank', bankIds.join(' or '))
  const { name, times = 1 } = body
  if (!isFaultName(name)) return badRequest('name', faultNames.join(', '))
  if (typeof times !== 'number' || !Number.isInteger(times) || times < 0) {
    return badRequest('times', 'a whole number of at least 0')
  }
  const account = optionalText(body, 'account')
  const bban = account === undefined ? undefined : findAccount(context, account)?.bban
  if (account !== undefined && bban === undefined) return badRequest('account', 'an account here')
  const path = optionalText(body, 'path')
  const bookingId = optionalText(body, 'bookingId')
  const fault: ActiveFault = {
    name,
    left: times,
    ...(bban ? { account: bban } : {}),
    ...(path ? { path } : {}),
    ...(bookingId ? { bookingId } : {}),
  }
  const state = bankState(context, bank)
  state.faults = [...state.faults.filter((one) => one.name !== name), ...(times > 0 ? [fault] : [])]
  context.state.changed()
  return json(201, { bank, name, times })
}
