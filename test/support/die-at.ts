// A read of an account that is killed at a chosen boundary.
import { type SyncOptions, syncAccount } from '../../src/statements/sync.ts'
import type { Bench } from './account-at-bank.ts'

/**
 * Runs a sync that is killed before the nth call to bank or database, or after it; false when it came to its end.
 * What the test's bank does besides is called first.
 */
export async function dieAt(one: Bench, boundary: number, options: SyncOptions = {}): Promise<boolean> {
  let passed = 0
  const step = () => {
    if (++passed === boundary) throw new Error('killed')
  }
  const db = {
    ...one.ports.db,
    async forClient(...args: Parameters<typeof one.ports.db.forClient>) {
      step()
      const done = await one.ports.db.forClient(...args)
      step()
      return done
    },
  } as typeof one.ports.db
  const { meddle } = one.bank
  one.bank.meddle = (call, query) => {
    step()
    meddle(call, query)
  }
  try {
    await syncAccount({ ...one.ports, db }, one.clientId, one.accountId, options)
    return false
  } catch (error) {
    if (!(error instanceof Error) || error.message !== 'killed') throw error
    return true
  } finally {
    one.bank.meddle = meddle
  }
}
