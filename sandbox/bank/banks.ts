import type { SandboxContext } from '../context.ts'
import type { BankId, BankState } from './types.ts'

/** Where the two banks differ. */
export type BankDefinition = {
  id: BankId
  name: string
  bic: string
  /** First four digits of its account numbers; neither is given out in Norway. */
  prefix: string
  /** May a PSU have several recurring consents towards one TPP at the same time? */
  multipleConsents: boolean
  /** Are past days' closing balances and the balance after each booking stated? */
  statesClosingBalances: boolean
  /** Is a payment request with a known X-Request-ID answered again instead of done again? */
  replaySafe: boolean
  /** Is `transactionId` the same under every consent? */
  stableTransactionIds: boolean
  /** Are links absolute (else relative to the request)? */
  absoluteLinks: boolean
  pageSize: number
  /** Whose words its interface tells rows in. */
  wording: 'bank' | 'platform'
}

export const bankDefinitions: Record<BankId, BankDefinition> = {
  fjordbanken: {
    id: 'fjordbanken',
    name: 'Fjordbanken (sandkasse)',
    bic: 'FJBANOT1XXX',
    prefix: '9901',
    multipleConsents: false,
    statesClosingBalances: true,
    replaySafe: true,
    stableTransactionIds: true,
    absoluteLinks: false,
    pageSize: 40,
    wording: 'bank',
  },
  tindebanken: {
    id: 'tindebanken',
    name: 'Tindebanken (sandkasse)',
    bic: 'TINDNOT1XXX',
    prefix: '9911',
    multipleConsents: true,
    statesClosingBalances: false,
    replaySafe: false,
    stableTransactionIds: false,
    absoluteLinks: true,
    pageSize: 25,
    wording: 'bank',
  },
}

/** Tindebanken is reached by a second interface too: the same accounts and consents, told otherwise. */
export const otherInterface = {
  absoluteLinks: false,
  pageSize: 60,
  wording: 'platform',
} as const satisfies Partial<BankDefinition>

export const bankIds = Object.keys(bankDefinitions) as BankId[]

/** One bank at work. The urls are known once its servers listen. */
export type Bank = BankDefinition & {
  context: SandboxContext
  data: BankState
  apiUrl: string
  pagesUrl: string
  /** To be called whenever a fault was ordered or cleared. */
  faultsChanged: () => void
}

/** The state of a bank; throws for an id that does not exist. */
export function bankState(context: SandboxContext, id: BankId): BankState {
  const found = context.state.data.banks[id]
  if (!found) throw new Error(`no bank ${id}`)
  return found
}
