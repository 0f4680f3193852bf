import type { Actor } from '../../audit/record.ts'
import type { Tx } from '../../db.ts'
import { messageMachine } from '../../domain/machines.ts'
import { moveState } from '../../events/move.ts'
import type { GivenUp, Outcome, Run } from '../define-job.ts'
import type { MessagePorts } from '../ports.ts'
import { MailRefused } from './mailer.ts'

const actor: Actor = { kind: 'job', id: 'message-send' }

/** Address and words are sealed under the person's key: a letter carries a link that lets a person in. */
async function readable(tx: Tx, ports: MessagePorts, text: string): Promise<string> {
  return text.startsWith('v1.') ? ports.vault.open(tx, text) : text
}

/**
 * Sends one mail. SMTP has no exactly-once: the state moves after the server took the mail over, so a process that
 * dies in between sends it again, under the same Message-ID. Nothing else sends twice.
 */
export async function sendMessage(ports: MessagePorts, run: Run): Promise<Outcome> {
  const message = await ports.db.forClient(run.clientId, async (tx) => {
    const row = await tx.prisma.message.findUnique({ where: { id: run.subjectId } })
    if (!row || row.state === 'sent') return undefined
    // Asked for again after it had failed.
    if (row.state === 'failed') {
      await moveState(tx, messageMachine, row.id, 'failed', 'pending', { actor, companyId: row.companyId })
    }
    return {
      ...row,
      address: await readable(tx, ports, row.address),
      subject: await readable(tx, ports, row.subject),
      body: await readable(tx, ports, row.body),
    }
  })
  if (!message) return 'done'
  const { id, address, subject, body, companyId } = message
  try {
    await ports.mailer.send({ id, to: address, subject, text: body })
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

async function fail(tx: Tx, id: string, companyId: string, reason: string): Promise<void> {
  await moveState(tx, messageMachine, id, 'pending', 'failed', { actor, companyId, reason })
}

/** The mail server did not answer for as long as `jobs/retry.ts` tries. */
export async function giveUp(tx: Tx, _ports: MessagePorts, facts: GivenUp): Promise<void> {
  const row = await tx.prisma.message.findUnique({ where: { id: facts.subjectId } })
  if (row?.state === 'pending') await fail(tx, row.id, row.companyId, 'the mail server could not be reached')
}
