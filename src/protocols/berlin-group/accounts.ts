import { z } from 'zod'
import type { Clock } from '../../domain/clock.ts'
import { isPrivateAddress } from '../../domain/private-address.ts'
import { expectStatus, malformed } from './errors.ts'
import {
  type BankAnswer,
  type BankCall,
  linksSchema,
  type Psu,
  psuHeaders,
  readJson,
  requestUuid,
  text,
} from './wire.ts'

/**
 * What every read with a consent carries. The PSU headers are there only when a person is (1.3.11), and not where their
 * address is one of a private network: banks refuse it (seen: HypoVereinsbank, June 2026), and it proves no presence.
 */
export type ReadContext = {
  readonly consentId: string
  readonly requestId: string
  readonly psu?: Psu | undefined
}

export function readHeaders(context: ReadContext): Record<string, string> {
  return {
    accept: 'application/json',
    'x-request-id': requestUuid(context.requestId),
    'consent-id': context.consentId,
    ...psuHeaders(context.psu && !isPrivateAddress(context.psu.ipAddress) ? context.psu : undefined),
  }
}

/** `GET /v1/accounts`: the accounts that the consent covers. */
export function buildGetAccounts(context: ReadContext): BankCall {
  return { method: 'GET', path: '/v1/accounts', headers: readHeaders(context) }
}

const accountSchema = z.object({
  resourceId: text,
  iban: text,
  bban: text,
  currency: text,
  name: text,
  displayName: text,
  ownerName: text,
  product: text,
  usage: text,
  status: text,
  _links: linksSchema,
})
const answerSchema = z.object({ accounts: z.array(z.unknown()) })

export type AccountRead = {
  readonly resourceId: string
  readonly iban?: string
  readonly bban?: string
  /** `XXX`: several currencies, or the bank did not say. */
  readonly currency: string
  readonly name?: string
  readonly ownerName?: string
  readonly product?: string
  readonly usage: 'business' | 'private' | 'unknown'
}
export type Unreadable = { readonly path: string; readonly detail: string; readonly raw: string }

/**
 * Reads `GET /v1/accounts`; deleted accounts are left out, and one that is listed twice is there once.
 * @throws BankRefusal
 */
export function processAccounts(
  answer: BankAnswer,
  clock: Clock,
): { accounts: AccountRead[]; unreadable: Unreadable[] } {
  expectStatus(answer, clock, 200)
  const parsed = answerSchema.safeParse(readJson(answer.body))
  if (!parsed.success) throw malformed('the account list has no accounts', answer)
  const listed: Listed[] = []
  const unreadable: Unreadable[] = []
  for (const [i, row] of parsed.data.accounts.entries()) {
    const account = accountSchema.safeParse(row)
    const resourceId = account.success
      ? (account.data.resourceId ?? handleFromLinks(account.data._links))
      : undefined
    if (!account.success || !resourceId) {
      unreadable.push({ path: `accounts[${i}]`, detail: 'an account without resourceId', raw: excerpt(row) })
    } else if (account.data.status?.toLowerCase() !== 'deleted') {
      const readable = account.data._links.transactions !== undefined
      listed.push({ account: accountRead(resourceId, account.data), readable })
    }
  }
  return { accounts: eachOnce(listed), unreadable }
}

type Listed = { readonly account: AccountRead; readonly readable: boolean }

/**
 * Of several with one number, currency and usage the first whose links lead to transactions, else the first. Seen: N26, which
 * goes on listing spaces that were deleted (April 2025).
 */
function eachOnce(listed: readonly Listed[]): AccountRead[] {
  const key = ({ account: { iban, bban, currency, usage, resourceId } }: Listed) =>
    `${iban ?? bban ?? `handle ${resourceId}`} ${currency} ${usage}`
  const chosen = new Map<string, Listed>()
  for (const one of listed) {
    const known = chosen.get(key(one))
    if (!known || (one.readable && !known.readable)) chosen.set(key(one), one)
  }
  return listed.filter((one) => chosen.get(key(one)) === one).map(({ account }) => account)
}

function accountRead(resourceId: string, row: z.infer<typeof accountSchema>): AccountRead {
  const iban = row.iban?.replace(/\s/g, '').toUpperCase()
  const bban = row.bban?.replace(/[\s.]/g, '')
  const name = row.name ?? row.displayName
  return {
    resourceId,
    ...(iban && { iban }),
    ...(bban && { bban }),
    currency: row.currency?.toUpperCase() ?? 'XXX',
    ...(name && { name }),
    ...(row.ownerName && { ownerName: row.ownerName }),
    ...(row.product && { product: row.product }),
    usage: row.usage === 'ORGA' ? 'business' : row.usage === 'PRIV' ? 'private' : 'unknown',
  }
}

/** `resourceId` is conditional in the schema; its links then name the account: `/v1/accounts/{id}/balances`. */
function handleFromLinks(links: Record<string, string>): string | undefined {
  for (const href of [links.account, links.balances, links.transactions]) {
    const handle = href?.match(/\/v1\/accounts\/([^/?#]+)/)?.[1]
    if (handle) return decodeSafely(handle)
  }
  return undefined
}

function decodeSafely(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** The row as it came, cut to what a person can look at. */
export function excerpt(row: unknown): string {
  return (JSON.stringify(row) ?? String(row)).slice(0, 2000)
}
