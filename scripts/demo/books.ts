import { until } from './api.ts'
import { type LedgerRow, ledgerAccount } from './sandbox.ts'
import { hold, keyOf, type Money, made, minorOf, type Step, type Walk } from './walk.ts'

type OpenItem = { readonly id: string; readonly state: string; readonly kid: string | null }
type Match = {
  readonly openItemId: string | null
  readonly transactionId: string
  readonly amount: Money
  readonly rule: string
}

const items: Step = {
  title: 'Open items handed in',
  async run(walk) {
    const rows = await paidInvoices(walk)
    hold(rows.length === 5, 'the history has fewer than five payments with a KID of their own')
    const companyId = made(walk, 'companyId')
    const ids: string[] = []
    for (const { kid, amount } of rows) {
      const externalId = `invoice-${kid}`
      const body = {
        ...{ companyId, externalId, direction: 'receivable', kid },
        amount: { amount, currency: 'NOK' },
      }
      const item = await walk.api.post<OpenItem>('/v1/openItems', body, keyOf(walk, externalId))
      ids.push(item.id)
    }
    walk.made.openItemIds = ids
    return `${ids.length} invoices, each with its KID`
  },
}

const matched: Step = {
  title: 'Matched by KID',
  async run(walk) {
    const ids = made(walk, 'openItemIds')
    let seen = 0
    const mine = await until(
      `${ids.length} matches`,
      20_000,
      async () => {
        const all = await walk.api.list<Match>(`/v1/matches?companyId=${made(walk, 'companyId')}`)
        const found = all.filter(({ openItemId }) => openItemId && ids.includes(openItemId))
        seen = found.length
        return seen >= ids.length ? found : undefined
      },
      () => `${seen}`,
    )
    const rows = await paidInvoices(walk)
    const sum = (amounts: readonly string[]) => amounts.reduce((total, one) => total + minorOf(one), 0n)
    hold(mine.length === ids.length, `${mine.length} matches for ${ids.length} invoices`)
    hold(
      sum(mine.map(({ amount }) => amount.amount)) === sum(rows.map(({ amount }) => amount)),
      'the matches are not of the amounts that the bank has booked',
    )
    for (const id of ids) {
      const { state } = await walk.api.get<OpenItem>(`/v1/openItems/${id}`)
      hold(state === 'settled', `${id} is ${state}`)
    }
    return `${mine.length} invoices settled`
  },
}

/** Payments that came in with a KID that no other row has: the company's own invoices, paid. */
async function paidInvoices(walk: Walk): Promise<(LedgerRow & { kid: string })[]> {
  const [account] = made(walk, 'accounts')
  const { bookings } = ledgerAccount(await walk.control.ledger(), account?.bban ?? '')
  const known = new Map<string, number>()
  for (const { kid } of bookings) if (kid) known.set(kid, (known.get(kid) ?? 0) + 1)
  return bookings
    .filter((row): row is LedgerRow & { kid: string } => row.kid !== null && known.get(row.kid) === 1)
    .filter(({ amount }) => minorOf(amount) > 0n)
    .slice(0, 5)
}

/** From transactions to invoices that are settled. */
export const bookSteps: readonly Step[] = [items, matched]
