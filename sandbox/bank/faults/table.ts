import { accountFaults } from './accounts.ts'
import { answerFaults } from './answers.ts'
import type { Fault } from './fault.ts'
import { ledgerFaults } from './ledger.ts'
import { limitFaults } from './limits.ts'
import { pageFaults } from './pages.ts'
import { peopleFaults } from './people.ts'
import { idFaults, pendingFaults, wordFaults } from './rows.ts'
import { transportFaults } from './transport.ts'

const table = {
  ...idFaults,
  ...wordFaults,
  ...pendingFaults,
  ...pageFaults,
  ...ledgerFaults,
  ...accountFaults,
  ...peopleFaults,
  ...limitFaults,
  ...answerFaults,
  ...transportFaults,
}
export type FaultName = keyof typeof table

/** Every fault by name. sandbox/README.md tells of each which real case it is from. */
export const faultTable: Readonly<Record<FaultName, Fault>> = table

export const faultNames = Object.keys(table) as FaultName[]
export const isFaultName = (text: unknown): text is FaultName => faultNames.includes(text as FaultName)
