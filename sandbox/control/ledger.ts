import { bankDefinitions, bankIds, bankState } from '../bank/banks.ts'
import { balancesAfter, bookedBalance, dailyClosing } from '../bank/ledger.ts'
import type { Account, Payment } from '../bank/types.ts'
import type { SandboxContext } from '../context.ts'
import { json, type Reply } from '../http.ts'
import { formatAmount } from '../money.ts'

function accountTruth(account: Account, today: string): object {
  const after = balancesAfter(account)
  return {
    iban: account.iban,
    bban: account.bban,
    currency: account.currency,
    owner: account.ownerName,
    organisationNumber: account.organisationNumber,
    usage: account.usage,
    balance: formatAmount(bookedBalance(account)),
    openingBalance: { date: account.opening.date, amount: formatAmount(account.opening.amountMinor) },
    bookings: account.bookings.map((row) => ({
      id: row.id,
      bookingDate: row.bookingDate,
      valueDate: row.valueDate,
      amount: formatAmount(row.amountMinor),
      kid: row.kid ?? null,
      text: row.text ?? null,
      endToEndId: row.endToEndId ?? null,
      counterparty: row.counterparty ?? null,
      balanceAfter: formatAmount(after.get(row.id) ?? 0n),
    })),
    dailyClosing: dailyClosing(account, today).map((day) => ({
      date: day.date,
      amount: formatAmount(day.amountMinor),
    })),
  }
}

const paymentTruth = (payment: Payment): object => ({
  id: payment.id,
  status: payment.status,
  endToEndId: payment.endToEndId ?? null,
  amount: formatAmount(payment.amountMinor),
  debtor: payment.debtor,
  creditor: payment.creditor,
  kid: payment.kid ?? null,
  executions: payment.executions,
})

/** GET /control/ledger: what the banks know to be true. */
export function getLedger(context: SandboxContext): Reply {
  const today = context.clock.today()
  const banks = bankIds.map((id) => {
    const state = bankState(context, id)
    return {
      id,
      name: bankDefinitions[id].name,
      accounts: state.accounts.map((account) => accountTruth(account, today)),
      payments: Object.values(state.payments).map(paymentTruth),
    }
  })
  return json(200, { now: context.clock.now().toISOString(), banks })
}
