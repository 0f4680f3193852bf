import { readConfig } from '../config.ts'
import { type Db, openDb } from '../db.ts'
import { type Clock, systemClock } from '../domain/clock.ts'
import { farAway } from '../jobs/lease.ts'
import { fileClock } from '../test-clock.ts'
import { type Run, type Terminal, UsageError } from './command.ts'

/** Shown at one time. */
const most = 1000

async function withDatabase<T>(work: (db: Db, clock: Clock) => Promise<T>): Promise<T> {
  const config = readConfig()
  const { findDatabase } = await import('../main.ts')
  const clock = config.TEST_CLOCK_FILE ? fileClock(config.TEST_CLOCK_FILE) : systemClock
  const db = openDb({ url: (await findDatabase(config)).appUrl, poolSize: 2, clock })
  try {
    return await work(db, clock)
  } finally {
    await db.close()
  }
}

/** `work list`: what is parked, late or failing, one JSON object per line. Exit code 1 when there is any. */
export const workList: Run = async (args, io) => {
  if (args.length > 0) throw new UsageError(`there is no option "${args[0]}"`)
  return withDatabase((db, clock) => listWork(db, clock, io))
}

export async function listWork(db: Db, clock: Clock, io: Terminal): Promise<number> {
  const found = await find(db, clock, null)
  for (const { id, client_id } of found) {
    const row = await db.forClient(client_id, (tx) => tx.prisma.dueWork.findUnique({ where: { id } }))
    if (!row) continue
    const parked = row.dueAt >= farAway
    const state = parked ? 'parked' : row.failures > 0 ? 'failing' : 'late'
    const { kind, subjectId, failures, lastError } = row
    const dueAt = parked ? null : row.dueAt.toISOString()
    io.out(
      `${JSON.stringify({ id, state, kind, subjectId, clientId: client_id, dueAt, failures, lastError })}\n`,
    )
  }
  if (found.length === 0) io.err('Nothing rests, is late or fails.\n')
  return found.length === 0 ? 0 : 1
}

/** `work revive ID`: makes one piece of work due now, as if it had never failed. */
export const workRevive: Run = async (args, io) => {
  const [id] = args
  if (!id || args.length > 1) throw new UsageError('the id of one piece of work is needed')
  return withDatabase((db, clock) => reviveWork(db, clock, id, io))
}

export async function reviveWork(db: Db, clock: Clock, id: string, io: Terminal): Promise<number> {
  const [found] = await find(db, clock, id)
  const revived = found
    ? await db.forClient(found.client_id, (tx) =>
        tx.prisma.dueWork.updateMany({
          where: { clientId: tx.clientId, id, leaseUntil: null },
          data: { dueAt: tx.now, failures: 0, lastError: null },
        }),
      )
    : { count: 0 }
  if (revived.count === 1) io.out(`${id} is due now.\n`)
  else io.err(found ? `${id} runs at this moment.\n` : `There is no work ${id}.\n`)
  return revived.count === 1 ? 0 : 1
}

function find(db: Db, clock: Clock, id: string | null): Promise<{ id: string; client_id: string }[]> {
  return db.lookup('select id, client_id from due_work_troubled($1, $2, $3)', [clock.now(), id, most])
}
