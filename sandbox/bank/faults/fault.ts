import type { Reply } from '../../http.ts'
import type { Bank } from '../banks.ts'
import type { Call } from '../errors.ts'
import type { Account, ActiveFault, Booking } from '../types.ts'

/** A row as it is in the ledger, and as the answer will show it. */
export type Shown = { readonly row: Booking; readonly wire: Readonly<Record<string, unknown>> }

/** One page of transactions on its way out. */
export type TransactionPage = {
  readonly booked: readonly Shown[]
  readonly pending: readonly Shown[]
  /** Where the bank says that the list goes on. */
  readonly next: string | undefined
  /** No cursor led here. */
  readonly first: boolean
  /** A booked row as this page would show it. */
  readonly show: (row: Booking) => Shown
  /** A cursor link that begins the same list anew; another one each time. */
  readonly anew: () => string
}

export type AccountWire = Readonly<Record<string, unknown>>
/** What a fault may look at besides what it changes. */
export type Scene = { readonly call: Call; readonly fault: ActiveFault }
type AtAccount = Scene & { readonly account: Account }

/**
 * One fault. Each function is a place in the bank where it may step in; what it hands back unchanged (the very same
 * object) it has not touched, and that does not count as one of its `times`.
 */
export type Fault = {
  /** One sentence: what happens. */
  readonly about: string
  /** Which requests it is about; all when absent. Only for `request`. */
  readonly fits?: (call: Call) => boolean
  /** Before anything is done. A reply takes the place of the real one. */
  readonly request?: (scene: Scene) => Reply | undefined | Promise<undefined>
  readonly accounts?: (list: readonly AccountWire[], scene: Scene) => readonly AccountWire[]
  readonly transactions?: (page: TransactionPage, at: AtAccount) => TransactionPage
  /** The finished answer, whatever it is. */
  readonly answer?: (reply: Reply, scene: Scene) => Reply
  /** Changes what is true at the bank, as soon as it is ordered. */
  readonly ledger?: (bank: Bank, account: Account) => void
  /** The server's certificate, for as long as the fault is active. */
  readonly certificate?: 'expired'
}
export type Faults = Readonly<Record<string, Fault>>

/** Requests below /v1/accounts whose path ends so. */
export const reads =
  (...endings: string[]) =>
  ({ request }: Call): boolean =>
    request.path.startsWith('/v1/accounts') && endings.some((end) => request.path.endsWith(end))

/** An answer of a list of transactions or accounts, and no refusal. */
export const isGoodRead = (reply: Reply, { call }: Scene): boolean =>
  reply.status === 200 && call.request.path.startsWith('/v1/accounts')
