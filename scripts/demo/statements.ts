import { until } from './api.ts'
import { camt053 } from './camt.ts'
import { type LedgerAccount, ledgerAccount } from './sandbox.ts'
import { hold, type Money, made, type Step, type Walk, type WalkAccount } from './walk.ts'

export type Transaction = {
  readonly id: string
  readonly state: string
  readonly bookingDate: string | null
  readonly amount: Money
  readonly kid: string | null
  readonly endToEndId: string | null
}
export type Completeness = {
  readonly provenThrough: string | null
  readonly counts: Readonly<Record<'open' | 'proven' | 'gap' | 'unprovable', number>>
  readonly gaps: readonly {
    readonly from: string
    readonly to: string
    readonly difference: Money
    readonly cause: string
  }[]
  readonly days: readonly { readonly date: string; readonly proof: string; readonly closing: Money | null }[]
}
type File = {
  readonly id: string
  readonly state: string
  readonly alreadyImported: boolean
  readonly entries: number
  readonly added: number
}

const daysInFile = 5

export const transactionsOf = (walk: Walk, { id }: { readonly id: string }) =>
  walk.api.list<Transaction>(`/v1/accounts/${id}/transactions`)
export const completenessOf = (walk: Walk, { id }: { readonly id: string }) =>
  walk.api.get<Completeness>(`/v1/accounts/${id}/completeness`)

/** Booked rows as sorted lines of day, amount, KID and end-to-end id: equal lists are equal to the øre. */
export function linesOf(
  rows: readonly {
    readonly bookingDate: string | null
    readonly amount: Money | string
    readonly kid: string | null
    readonly endToEndId: string | null
  }[],
): string[] {
  const line = ({ bookingDate, amount, kid, endToEndId }: (typeof rows)[number]) =>
    [bookingDate, typeof amount === 'string' ? amount : amount.amount, kid ?? '-', endToEndId ?? '-'].join(
      ' ',
    )
  return rows.map(line).sort()
}

/** Compares an account with the bank's own books. Answers how many rows; undefined while they differ. */
export async function equalRows(walk: Walk, account: WalkAccount): Promise<number | undefined> {
  const rows = (await transactionsOf(walk, account)).filter(({ state }) => state === 'booked')
  const truth = ledgerAccount(await walk.control.ledger(), account.bban)
  const [ours, theirs] = [linesOf(rows), linesOf(truth.bookings)]
  return ours.length === theirs.length && ours.every((line, i) => line === theirs[i])
    ? ours.length
    : undefined
}

const fetched: Step = {
  title: 'Transactions fetched, page by page',
  async run(walk) {
    const counts: number[] = []
    for (const account of made(walk, 'accounts')) {
      const what = `the transactions of ${account.bban} to be those of the bank`
      counts.push(await until(what, 20_000, () => equalRows(walk, account)))
    }
    const jobs = await walk.api.list<{ pages: number }>(`/v1/syncJobs?companyId=${made(walk, 'companyId')}`)
    const pages = jobs.reduce((sum, job) => sum + job.pages, 0)
    return `${counts.join(' and ')} in ${pages} pages, each as the bank has it`
  },
}

const proven: Step = {
  title: 'Days proven by the balances of the bank',
  async run(walk) {
    const days: number[] = []
    let through = ''
    for (const account of made(walk, 'accounts')) {
      const { provenThrough, counts, gaps } = await completenessOf(walk, account)
      hold(gaps.length === 0, `${gaps.length} gaps in ${account.bban}`)
      hold(counts.proven >= 80, `only ${counts.proven} days of ${account.bban} are proven`)
      days.push(counts.proven)
      through = provenThrough ?? ''
    }
    const each = new Set(days).size === 1 ? `${days[0]} days each` : `${days.join(' and ')} days`
    return `${days.length} accounts, ${each}, everything through ${through}`
  },
}

const file: Step = {
  title: 'A camt.053 of another bank handed in',
  async run(walk) {
    const account = await accountAtOtherBank(walk)
    const days = account.dailyClosing.slice(-daysInFile).map(({ date }) => date)
    const rows = account.bookings.filter(({ bookingDate }) => days.includes(bookingDate))
    const content = Buffer.from(camt053(account, days))
    const companyId = made(walk, 'companyId')
    const hand = () => walk.api.upload<File>(`/v1/files?companyId=${companyId}`, 'application/xml', content)
    const taken = await hand()
    hold(taken.state === 'imported', `the file is ${taken.state}`)
    hold(taken.entries === rows.length, `${taken.entries} entries were read of ${rows.length}`)
    const again = await hand()
    hold(again.id === taken.id && again.alreadyImported, 'the same file again is taken for a new one')
    const accounts = await walk.api.list<{ id: string; iban: string }>(`/v1/accounts?companyId=${companyId}`)
    const found = accounts.find(({ iban }) => iban === account.iban)
    hold(found !== undefined, `${account.iban} is not among the accounts`)
    const { counts } = await completenessOf(walk, found)
    hold(counts.gap === 0 && counts.proven > 0, `${counts.proven} days proven, ${counts.gap} gaps`)
    return `${taken.id}  ${rows.length} entries, ${counts.proven} days proven; again: nothing new`
  },
}

async function accountAtOtherBank(walk: Walk): Promise<LedgerAccount> {
  const ledger = await walk.control.ledger()
  const other = ledger.banks.find(({ id }) => id === 'tindebanken')
  const account = other?.accounts.find(({ owner }) => owner === 'EKSEMPELVERKSTEDET AS')
  hold(account !== undefined, 'the company has no account at the other bank')
  return account
}

const out: Step = {
  title: 'Handed out again as statements',
  async run(walk) {
    const companyId = made(walk, 'companyId')
    const [account] = made(walk, 'accounts')
    hold(account !== undefined, 'there is no account')
    const sizes: string[] = []
    for (const { format, mediaType } of statementFormats) {
      const content = await walk.api.download(`/v1/accounts/${account.id}/export?format=${format}`)
      const taken = await walk.api.upload<File>(`/v1/files?companyId=${companyId}`, mediaType, content)
      hold(taken.added === 0 && taken.entries > 0, `${format} goes in again as ${taken.added} new rows`)
      sizes.push(`${format} with ${taken.entries} entries`)
    }
    return `${sizes.join(', ')}; handed in again: nothing new`
  },
}

const statementFormats = [
  { format: 'camt.053', mediaType: 'application/xml' },
  { format: 'mt940', mediaType: 'text/plain' },
]

/** From accounts to transactions that are proven complete, and out again. */
export const statementSteps: readonly Step[] = [fetched, proven, file, out]
