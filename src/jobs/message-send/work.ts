import type { Actor } from '../../audit/record.ts'
import type { Tx } from '../../db.ts'
import { messageMachine } from '../../domain/machines.ts'
import { moveState } from '../../events/move.ts'
import { KeyDestroyed } from '../../vault.ts'
import type { GivenUp, Outcome, Run } from '../define-job.ts'
import type { MessagePorts } from '../ports.ts'
import { MailRefused } from './mailer.ts'

const actor: Actor = { kind: 'job', id: 'message-send' }

type Letter = { readonly to: string; readonly subject: string; readonly text: string }

/**
 * Sends one mail. SMTP has no exactly-once: the state moves after the server took the mail over, so a process that
 * dies in between sends it again, under the same Message-ID. Nothing else sends twice.
 */
export async function sendMessage(ports: MessagePorts, run: Run): Promise<Outcome> {
  const taken = await ports.db.forClient(run.clientId, (tx) => takeUp(tx, ports, run.subjectId))
  if (!taken) return 'done'
  const { id, companyId, letter } = taken
  try {
    await ports.mailer.send({ id, ...letter })
  } catch (error) {
    if (!(error instanceof MailRefused)) throw error
    await ports.db.forClient(run.clientId, (tx) => fail(tx, id, companyId, error.message))
    return 'done'
  }
  await ports.db.forClient(run.clientId, async (tx) => {
    await moveState(tx, messageMachine, id, 'pending', 'sent', { actor, companyId })
    await tx.prisma.message.update({ where: { id }, data: { sentAt: tx.now } })
  })
  return 'done'
}

/** Opens a letter that is still to be sent, sealed under its person's key; undefined when there is none (any more). */
async function takeUp(
  tx: Tx,
  ports: MessagePorts,
  messageId: string,
): Promise<{ id: string; companyId: string; letter: Letter } | undefined> {
  const row = await tx.prisma.message.findUnique({ where: { id: messageId } })
  if (!row || row.state === 'sent') return undefined
  const { id, companyId } = row
  // Asked for again after it had failed.
  if (row.state === 'failed')
    await moveState(tx, messageMachine, id, 'failed', 'pending', { actor, companyId })
  try {
    const letter = {
      to: await ports.vault.open(tx, row.address),
      subject: await ports.vault.open(tx, row.subject),
      text: await ports.vault.open(tx, row.body),
    }
    return { id, companyId, letter }
  } catch (error) {
    if (!(error instanceof KeyDestroyed)) throw error
    await fail(tx, id, companyId, 'the person was erased')
    return undefined
  }
}

async function fail(tx: Tx, id: string, companyId: string, reason: string): Promise<void> {
  await moveState(tx, messageMachine, id, 'pending', 'failed', { actor, companyId, reason })
}

/** The mail server did not answer for as long as `jobs/retry.ts` tries. */
export async function giveUp(tx: Tx, _ports: MessagePorts, facts: GivenUp): Promise<void> {
  const row = await tx.prisma.message.findUnique({ where: { id: facts.subjectId } })
  if (row?.state === 'pending') await fail(tx, row.id, row.companyId, 'the mail server could not be reached')
}
