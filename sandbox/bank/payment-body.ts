import { addDays } from '../clock.ts'
import { bbanOf } from '../identifiers.ts'
import { parseAmount } from '../money.ts'
import { type Call, deny, formatError, isDate, isRecord } from './errors.ts'
import type { Payment } from './types.ts'

/** What a payment body says, checked field by field. */
export type Instruction = Pick<
  Payment,
  | 'debtor'
  | 'creditor'
  | 'creditorName'
  | 'amountMinor'
  | 'currency'
  | 'kid'
  | 'text'
  | 'endToEndId'
  | 'requestedExecutionDate'
>

type Body = Record<string, unknown>
const latestDays = 365

/** BBAN of an account reference by form only: whether its check digit is right shows later, as at real banks. */
function accountNumber(body: Body, name: string): string {
  const value = body[name]
  if (!isRecord(value)) return formatError(name, `${name} is missing`)
  const field = value.bban === undefined ? 'iban' : 'bban'
  const given = value[field]
  const bban = typeof given === 'string' ? bbanOf(given) : ''
  return /^\d{11}$/.test(bban) ? bban : formatError(`${name}.${field}`, 'not a Norwegian account number')
}

function optionalText(body: Body, name: string, limit: number): string | undefined {
  const value = body[name]
  if (value === undefined) return undefined
  if (typeof value === 'string' && value.trim() !== '' && value.length <= limit) return value
  return formatError(name, `${name} must be a text of 1 to ${limit} characters`)
}

/** KID from the list (referenceType SCOR) or the single reference of older clients. */
function readKid(body: Body): string | undefined {
  const list = body.remittanceInformationStructuredArray
  const single = body.remittanceInformationStructured
  if (list === undefined && single === undefined) return undefined
  const path = list === undefined ? 'remittanceInformationStructured' : 'remittanceInformationStructuredArray'
  if (list !== undefined && (!Array.isArray(list) || list.length !== 1)) {
    return formatError(path, 'exactly one reference is taken')
  }
  const entry: unknown = Array.isArray(list) ? list[0] : single
  const kid = isRecord(entry) ? entry.reference : undefined
  if (isRecord(entry) && entry.referenceType !== undefined && entry.referenceType !== 'SCOR') {
    return formatError(`${path}.referenceType`, 'only SCOR (KID) is taken')
  }
  const fits = typeof kid === 'string' && /^\d{1,24}[\d-]$/.test(kid)
  return fits ? kid : formatError(`${path}.reference`, 'a KID has 2 to 25 digits')
}

function readText(body: Body): string | undefined {
  const list = body.remittanceInformationUnstructuredArray
  if (list === undefined) return optionalText(body, 'remittanceInformationUnstructured', 140)
  const path = 'remittanceInformationUnstructuredArray'
  const fits = Array.isArray(list) && list.length > 0 && list.every((line) => typeof line === 'string')
  const text = fits ? list.join(' ') : ''
  return text && text.length <= 140
    ? text
    : formatError(path, 'must be texts of together 1 to 140 characters')
}

function readAmount(body: Body): { amountMinor: bigint; currency: string } {
  const value = body.instructedAmount
  if (!isRecord(value)) return formatError('instructedAmount', 'instructedAmount is missing')
  if (value.currency !== 'NOK') formatError('instructedAmount.currency', 'domestic payments are in NOK')
  const amountMinor = parseAmount(value.amount)
  if (amountMinor === undefined || amountMinor <= 0n) {
    return formatError('instructedAmount.amount', 'not a positive amount with at most two decimals')
  }
  return { amountMinor, currency: 'NOK' }
}

function readDate(body: Body, today: string): string | undefined {
  const date = body.requestedExecutionDate
  if (date === undefined) return undefined
  if (!isDate(date)) return formatError('requestedExecutionDate', 'not a date')
  if (date < today || date > addDays(today, latestDays)) {
    deny(400, 'EXECUTION_DATE_INVALID', 'the date is past or too far ahead', 'requestedExecutionDate')
  }
  return date
}

const present = <T extends object>(value: T) =>
  Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as {
    [Key in keyof T]?: Exclude<T[Key], undefined>
  }

/** Checks the body of a norwegian-domestic-credit-transfer; throws the answer that names the first bad field. */
export function readInstruction(call: Call, body: Body): Instruction {
  const debtor = accountNumber(body, 'debtorAccount')
  if (!call.bank.data.accounts.some((account) => account.bban === debtor)) {
    formatError('debtorAccount', 'no account of this bank')
  }
  const amount = readAmount(body)
  const creditor = accountNumber(body, 'creditorAccount')
  if (creditor === debtor) formatError('creditorAccount', 'debtor and creditor are the same account')
  const creditorName = optionalText(body, 'creditorName', 70) ?? formatError('creditorName', 'is missing')
  const kid = readKid(body)
  const text = readText(body)
  if (kid !== undefined && text !== undefined) {
    deny(
      400,
      'PARAMETER_NOT_CONSISTENT',
      'KID and text exclude each other',
      'remittanceInformationUnstructured',
    )
  }
  const endToEndId = optionalText(body, 'endToEndIdentification', 35)
  const requestedExecutionDate = readDate(body, call.bank.context.clock.today())
  return {
    debtor,
    creditor,
    creditorName,
    ...amount,
    ...present({ kid, text, endToEndId, requestedExecutionDate }),
  }
}
