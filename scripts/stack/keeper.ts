// node scripts/stack/keeper.ts keep|delete DATA-DIRECTORY
// Outlives a stack that is killed without a last word: stops its PostgreSQL, and deletes what was made for this run
// only. A stack that ends in order says so first, and has done both itself.
import { setTimeout as sleep } from 'node:timers/promises'
import { holderOf, removePlace, stopDatabase } from './place.ts'

/** The other processes of the stack hear of its end at the same moment; guard.ts gives them five seconds. */
const patienceMs = 6_000

const [what, dataDir = ''] = process.argv.slice(2)
// Ctrl-C and a closing terminal are the stack's to answer.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
process.once('message', () => process.exit(0))
process.once('disconnect', () => void cleanUp())

async function cleanUp(): Promise<void> {
  await sleep(patienceMs)
  // Started again meanwhile: it is the new stack's.
  if (holderOf(dataDir) === undefined) {
    await (what === 'delete' ? removePlace(dataDir) : stopDatabase(dataDir))
  }
  process.exit(0)
}
