/** The sandbox from outside, by its control API. */
export type Control = {
  ledger(): Promise<Ledger>
  advance(duration: string): Promise<void>
  inject(row: InjectedRow): Promise<{ id: string }>
  fault(bank: string, name: string, times: number, more?: object): Promise<void>
  mailbox(): Promise<Mail[]>
  people(): Promise<TestPerson[]>
}

export type InjectedRow = {
  readonly account: string
  /** Signed decimal text. */
  readonly amount: string
  readonly currency: string
  /** YYYY-MM-DD */
  readonly bookingDate: string
  readonly kid?: string
  readonly text?: string
}
export type Mail = {
  readonly id: string
  readonly to: string
  readonly subject: string
  readonly links: readonly string[]
}
export type TestPerson = { readonly id: string; readonly name: string; readonly birthdate: string }

/** What the banks know to be true. Amounts are signed decimal texts. */
export type Ledger = {
  readonly now: string
  readonly banks: readonly {
    readonly id: string
    readonly accounts: readonly LedgerAccount[]
    readonly payments: readonly LedgerPayment[]
  }[]
}
export type LedgerAccount = {
  readonly iban: string
  readonly bban: string
  readonly owner: string
  readonly organisationNumber: string | null
  readonly usage: 'ORGA' | 'PRIV'
  readonly balance: string
  readonly bookings: readonly LedgerRow[]
  readonly dailyClosing: readonly { readonly date: string; readonly amount: string }[]
}
export type LedgerRow = {
  readonly id: string
  readonly bookingDate: string
  readonly amount: string
  readonly kid: string | null
  readonly text: string | null
  readonly endToEndId: string | null
}
export type LedgerPayment = {
  readonly id: string
  readonly status: string
  readonly endToEndId: string | null
  readonly executions: number
}

export function controlOf(origin: string): Control {
  async function call<T>(path: string, body?: object): Promise<T> {
    const init = body && {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }
    const answer = await fetch(`${origin}/control/${path}`, init)
    if (!answer.ok) throw new Error(`/control/${path} answers ${answer.status}: ${await answer.text()}`)
    return answer.json() as Promise<T>
  }
  return {
    ledger: () => call('ledger'),
    inject: (row) => call('transactions', row),
    mailbox: () => call('mailbox'),
    people: () => call('people'),
    async advance(duration) {
      await call('clock', { advance: duration })
    },
    async fault(bank, name, times, more = {}) {
      await call('faults', { bank, name, times, ...more })
    },
  }
}

/** An account of the ledger by BBAN or IBAN. */
export function ledgerAccount(ledger: Ledger, number: string): LedgerAccount {
  const accounts = ledger.banks.flatMap((bank) => bank.accounts)
  const found = accounts.find(({ iban, bban }) => iban === number || bban === number)
  if (!found) throw new Error(`no account ${number} in the ledger`)
  return found
}
