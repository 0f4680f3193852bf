import type { Tx } from '../db.ts'
import { type StateOf, sourcesOf } from '../domain/machine.ts'
import { connectionMachine, syncJobMachine } from '../domain/machines.ts'
import { appendEvent } from '../events/append.ts'
import { moveState } from '../events/move.ts'

// How a bank that cannot be read shows: as a connection that is `degraded`, with an event, until a read succeeds.

const actor = { kind: 'job', id: 'statements-sync' } as const

async function connectionOf(tx: Tx, accountId: string) {
  const account = await tx.prisma.account.findUnique({ where: { id: accountId } })
  if (!account?.connectionId) return null
  return tx.prisma.connection.findUnique({ where: { id: account.connectionId } })
}

/** When the account is read next; null: not before a person has acted. */
export async function noteNextSync(tx: Tx, accountId: string, at: Date | null): Promise<void> {
  await tx.prisma.account.updateMany({
    where: { clientId: tx.clientId, id: accountId },
    data: { nextSyncAt: at },
  })
}

/**
 * An account could not be read for longer than it is tried quickly. `dead`: it is not tried again by itself; its
 * unfinished sync job ends, with its event.
 */
export async function markDegraded(tx: Tx, accountId: string, { dead }: { dead: boolean }): Promise<void> {
  if (dead) await endJobs(tx, accountId)
  const connection = await connectionOf(tx, accountId)
  if (connection?.state !== 'active') return
  await moveState(tx, connectionMachine, connection.id, 'active', 'degraded', {
    actor,
    companyId: connection.companyId,
    event: 'connection.state_changed',
  })
}

async function endJobs(tx: Tx, accountId: string): Promise<void> {
  const jobs = await tx.prisma.syncJob.findMany({
    where: { clientId: tx.clientId, accountId, state: { in: sourcesOf(syncJobMachine, 'dead') } },
  })
  for (const job of jobs) {
    const from = job.state as StateOf<typeof syncJobMachine>
    await moveState(tx, syncJobMachine, job.id, from, 'dead', { actor, companyId: job.companyId })
    await tx.prisma.syncJob.update({
      where: { id: job.id },
      data: { endedAt: tx.now, cursor: null, psuIpAddress: null, psuUserAgent: null },
    })
    await appendEvent(tx, {
      type: 'sync_job.finished',
      resourceType: 'sync_job',
      resourceId: job.id,
      companyId: job.companyId,
      data: { accountId, state: 'dead' },
    })
  }
}

/**
 * An account was read: its connection is sound again, unless another account of it still fails. What wanted a person has
 * had one.
 */
export async function markSound(tx: Tx, accountId: string): Promise<void> {
  const connection = await unsoundConnection(tx, accountId)
  if (connection?.state !== 'degraded' && connection?.state !== 'action_required') return
  if (connection.state === 'action_required' && (await waitsForPerson(tx, accountId, connection.id))) return
  const failing = await tx.prisma.$queryRaw<unknown[]>`
    select 1 from due_work w join account a on a.client_id = w.client_id and a.id = w.subject_id
    where w.client_id = ${tx.clientId} and w.kind = 'statements-sync' and w.last_error is not null
      and a.connection_id = ${connection.id} and a.id <> ${accountId} limit 1`
  if (failing.length > 0) return
  await moveState(tx, connectionMachine, connection.id, connection.state, 'active', {
    actor,
    companyId: connection.companyId,
    event: 'connection.state_changed',
  })
}

/** Nearly always there is none. It is locked, since another account of it may have been read at the same moment. */
async function unsoundConnection(tx: Tx, accountId: string) {
  const { rows } = await tx.sql.query<{ id: string }>(
    `select c.id from account a join connection c on c.client_id = a.client_id and c.id = a.connection_id
      where a.client_id = $1 and a.id = $2 and c.state in ('degraded', 'action_required')`,
    [tx.clientId, accountId],
  )
  const [found] = rows
  if (!found) return null
  await tx.sql.query('select id from connection where client_id = $1 and id = $2 for no key update', [
    tx.clientId,
    found.id,
  ])
  return tx.prisma.connection.findUnique({ where: { id: found.id } })
}

/** No consent is left, or another account of the connection cannot be read without a person. */
async function waitsForPerson(tx: Tx, accountId: string, connectionId: string): Promise<boolean> {
  const { clientId } = tx
  const consents = await tx.prisma.consent.count({ where: { clientId, connectionId, state: 'active' } })
  const others = await tx.prisma.syncJob.count({
    where: {
      clientId,
      state: 'action_required',
      accountId: { not: accountId },
      accountRef: { connectionId },
    },
  })
  return consents === 0 || others > 0
}
