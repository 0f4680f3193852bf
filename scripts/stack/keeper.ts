// node scripts/stack/keeper.ts DATABASE-FOLDER [FOLDER-TO-DELETE]
// Outlives a stack that is killed without a last word: stops its PostgreSQL, and deletes what was made for this run
// only. A stack that ends in order says so first, and has done both itself.
import { rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { openEmbedded, removeEmbedded } from '../../src/database/embedded.ts'

/** The other processes of the stack hear of its end at the same moment; guard.ts gives them five seconds. */
const patienceMs = 6_000

const [databaseFolder = '', temporary] = process.argv.slice(2)
// Ctrl-C and a closing terminal are the stack's to answer.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
process.once('message', () => process.exit(0))
process.once('disconnect', () => void cleanUp())

async function cleanUp(): Promise<void> {
  await sleep(patienceMs)
  if (temporary) {
    await removeEmbedded(databaseFolder)
    rmSync(temporary, { recursive: true, force: true })
  } else {
    const database = await openEmbedded(databaseFolder)
    await database.stop()
  }
  process.exit(0)
}
