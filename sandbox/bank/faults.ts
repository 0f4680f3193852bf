import { json, type Reply } from '../http.ts'
import type { Bank } from './banks.ts'
import type { Call } from './errors.ts'
import { tppReply } from './errors.ts'
import type { ActiveFault, Booking, FaultName } from './types.ts'

const slowMs = 3000

type RequestFault = {
  hook: 'request'
  about: string
  happen: (call: Call) => Reply | undefined | Promise<undefined>
}
type OtherFault = { hook: 'transactions' | 'paymentCreated'; about: string }

const wait = (ms: number) => new Promise<undefined>((resolve) => setTimeout(resolve, ms, undefined))
const nothingSent = (delivery: 'never' | 'reset'): Reply => ({ ...json(500, {}), delivery })

/**
 * Every fault by name: where it hooks in and what it does.
 * `request` faults happen to any API request of the bank before it has done anything.
 */
export const faultTable: Record<FaultName, RequestFault | OtherFault> = {
  drop_row: {
    hook: 'transactions',
    about: 'one booked row, always the same, is left out of each answer that would have shown it',
  },
  http_500: {
    hook: 'request',
    about: 'answers 500 and does nothing',
    happen: () => tppReply(500, 'INTERNAL_SERVER_ERROR', 'ordered by the fault http_500'),
  },
  slow: { hook: 'request', about: `answers ${slowMs} ms late`, happen: () => wait(slowMs) },
  reset: {
    hook: 'request',
    about: 'tears the connection down and does nothing',
    happen: () => nothingSent('reset'),
  },
  timeout_after_payment: {
    hook: 'paymentCreated',
    about: 'the payment is stored, the answer is never sent',
  },
}

export const faultNames = Object.keys(faultTable) as FaultName[]
export const isFaultName = (text: unknown): text is FaultName => faultNames.includes(text as FaultName)

/** Takes one use of a fault that fits, if there is one. */
function use(bank: Bank, fits: (fault: ActiveFault) => boolean): ActiveFault | undefined {
  const fault = bank.data.faults.find((one) => one.left > 0 && fits(one))
  if (!fault) return undefined
  fault.left--
  bank.data.faults = bank.data.faults.filter((one) => one.left > 0)
  bank.context.state.changed()
  return fault
}

/** Lets a waiting `request` fault happen; the reply takes the place of the real one. */
export async function requestFault(call: Call): Promise<Reply | undefined> {
  const fault = use(
    call.bank,
    (one) => faultTable[one.name].hook === 'request' && call.request.path.startsWith(one.path ?? '/'),
  )
  const entry = fault && faultTable[fault.name]
  return entry?.hook === 'request' ? await entry.happen(call) : undefined
}

/** The answer to a payment request that was just stored, as the faults leave it. */
export function paymentCreatedFault(bank: Bank, reply: Reply): Reply {
  const fault = use(bank, (one) => one.name === 'timeout_after_payment')
  return fault ? { ...reply, delivery: 'never' } : reply
}

/** The booked rows of one answer, as the faults leave them. The first hit decides which row is the missing one. */
export function transactionsFault(bank: Bank, bban: string, rows: Booking[]): Booking[] {
  const middle = rows[Math.floor(rows.length / 2)]
  const fault = use(bank, (one) => {
    if (one.name !== 'drop_row' || (one.account ?? bban) !== bban) return false
    one.bookingId ??= middle?.id ?? ''
    if (one.bookingId === '') delete one.bookingId
    return rows.some((row) => row.id === one.bookingId)
  })
  return fault ? rows.filter((row) => row.id !== fault.bookingId) : rows
}
