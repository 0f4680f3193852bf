import type { Tx } from '../db.ts'
import { after } from '../domain/clock.ts'
import type { Ground } from '../ground.ts'
import { type Loop, startLoop } from './loop.ts'

/** Clients looked at in one round, and rows of each table taken per client and transaction. */
const clientsAtOnce = 50
const rowsAtOnce = 200
const DAY_MS = 86_400_000
/** A bank's limits look back two days at most; this long it can be told what an account's reads were. */
const callsKeptMs = 30 * DAY_MS

/**
 * Destroys what has had its time, by the injected clock: raw input with its keys (13 months), log-in attempts (a day),
 * browser sessions of links that have expired, stored answers of idempotent requests, what was counted against a bank's
 * limits (30 days).
 * @returns how many rows went, and whether there are more.
 */
export async function sweep(ground: Pick<Ground, 'db' | 'clock'>): Promise<{ gone: number; more: boolean }> {
  const clients = await ground.db.lookup<{ client_id: string }>(
    'select client_id from clients_with_expired($1, $2)',
    [ground.clock.now(), clientsAtOnce],
  )
  let gone = 0
  let more = clients.length === clientsAtOnce
  for (const { client_id } of clients) {
    const counts = await ground.db.forClient(client_id, sweepClient)
    gone += counts.reduce((sum, count) => sum + count, 0)
    if (counts.some((count) => count >= rowsAtOnce)) more = true
  }
  return { gone, more }
}

async function sweepClient(tx: Tx): Promise<number[]> {
  return [
    await destroyArchives(tx),
    ...(await destroySessions(tx)),
    await destroyAnswers(tx),
    await destroyCalls(tx),
  ]
}

/** The key goes too: what an old backup still holds of the file cannot be read. */
async function destroyArchives(tx: Tx): Promise<number> {
  const { rows } = await tx.sql.query<{ id: string }>(
    `delete from archive where client_id = $1 and id in (
       select id from archive where client_id = $1 and expires_at <= $2 order by expires_at limit $3)
     returning id`,
    [tx.clientId, tx.now, rowsAtOnce],
  )
  await tx.sql.query(
    `update data_key set wrapped = null, destroyed_at = $2
     where client_id = $1 and subject = any ($3::text[]) and destroyed_at is null`,
    [tx.clientId, tx.now, rows.map(({ id }) => `file:${id}`)],
  )
  return rows.length
}

/** Log-ins first: they belong to sessions. */
async function destroySessions(tx: Tx): Promise<[number, number]> {
  const ended = `select s.id from page_session s join link l on l.client_id = s.client_id and l.id = s.link_id
    where s.client_id = $1 and s.expires_at <= $2 and l.expires_at <= $2 order by s.id limit $3`
  const values = [tx.clientId, tx.now, rowsAtOnce]
  await tx.sql.query(`delete from bankid_login where client_id = $1 and session_id in (${ended})`, values)
  const sessions = await tx.sql.query(
    `delete from page_session where client_id = $1 and id in (${ended})`,
    values,
  )
  const logins = await tx.sql.query(
    `delete from bankid_login where client_id = $1 and id in (
       select id from bankid_login where client_id = $1 and created_at <= $2 order by id limit $3)`,
    [tx.clientId, new Date(tx.now.getTime() - DAY_MS), rowsAtOnce],
  )
  return [sessions.rowCount ?? 0, logins.rowCount ?? 0]
}

async function destroyAnswers(tx: Tx): Promise<number> {
  const answers = await tx.sql.query(
    `delete from idempotency_key where client_id = $1 and id in (
       select id from idempotency_key where client_id = $1 and expires_at <= $2 order by id limit $3
       for update skip locked)`,
    [tx.clientId, tx.now, rowsAtOnce],
  )
  return answers.rowCount ?? 0
}

async function destroyCalls(tx: Tx): Promise<number> {
  const calls = await tx.sql.query(
    `delete from bank_call where client_id = $1 and id in (
       select id from bank_call where client_id = $1 and at <= $2 order by at limit $3)`,
    [tx.clientId, after(tx.now, -callsKeptMs), rowsAtOnce],
  )
  return calls.rowCount ?? 0
}

/** Sweeps every ten minutes; several processes may. */
export function startSweeper(ground: Ground, options: { intervalMs?: number } = {}): Loop {
  const intervalMs = options.intervalMs ?? 10 * 60_000
  return startLoop({ name: 'sweeper', intervalMs, log: ground.log }, async () => {
    const { gone, more } = await sweep(ground)
    if (gone > 0) ground.log.info({ gone }, 'what had its time was destroyed')
    return more ? 'again' : 'rest'
  })
}
