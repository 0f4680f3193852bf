import { type Actor, recordAudit } from '../audit/record.ts'
import type { PresentPsu } from '../connectors/connector.ts'
import { getAccount } from '../consent/accounts.ts'
import type { Tx } from '../db.ts'
import { after, osloDate } from '../domain/clock.ts'
import { newId } from '../domain/ids.ts'
import { Problem } from '../domain/problems.ts'
import { schedule } from '../due-work.ts'
import type { JobRow } from './sync-job.ts'

/** A person who asked this long ago is not taken to be present any more. */
const PRESENT_MS = 5 * 60_000

/**
 * Asks for a read of an account now. With a person present, their address and agent go to the bank, and the read does
 * not count against the daily limit; who forwarded them is on record. Answers the job that will do it; one that is
 * already waiting is used.
 * @throws Problem `not_found`, `state_conflict` when the account is not read.
 */
export async function askForRefresh(
  tx: Tx,
  actor: Actor,
  input: { accountId: string; psu?: PresentPsu },
): Promise<JobRow> {
  const account = await getAccount(tx, input.accountId)
  if (account.state !== 'enabled' && account.state !== 'stale') {
    throw new Problem('state_conflict', `The account is ${account.state}; only an enabled one is read.`)
  }
  const { clientId, now } = tx
  const waiting = await tx.prisma.syncJob.findFirst({
    where: { clientId, accountId: account.id, state: 'queued' },
    orderBy: { id: 'desc' },
  })
  const present = input.psu
    ? { psuPresent: true, psuIpAddress: input.psu.ipAddress, psuUserAgent: input.psu.userAgent ?? null }
    : {}
  const id = waiting?.id ?? newId('job', now)
  const today = osloDate(now)
  const born = {
    clientId,
    companyId: account.companyId,
    accountId: account.id,
    fromDate: today,
    toDate: today,
  }
  const job = await tx.prisma.syncJob.upsert({
    where: { id },
    create: { id, ...born, state: 'queued', createdAt: now, ...present },
    update: { createdAt: now, ...present },
  })
  await recordAudit(tx, {
    actor,
    action: input.psu ? 'account.refresh_present' : 'account.refresh',
    resourceType: 'account',
    resourceId: account.id,
    companyId: account.companyId,
    data: { syncJobId: id },
  })
  await schedule(tx, {
    kind: 'statements-sync',
    subjectId: account.id,
    companyId: account.companyId,
    dueAt: now,
  })
  return job
}

/** The person who has asked for a read of this account and is still there, if any. */
export async function presentPsu(tx: Tx, accountId: string): Promise<PresentPsu | null> {
  const asked = await tx.prisma.syncJob.findFirst({
    where: { clientId: tx.clientId, accountId, state: 'queued', psuPresent: true },
    orderBy: { id: 'desc' },
  })
  if (!asked?.psuIpAddress || after(asked.createdAt, PRESENT_MS) < tx.now) return null
  return { ipAddress: asked.psuIpAddress, ...(asked.psuUserAgent ? { userAgent: asked.psuUserAgent } : {}) }
}
