import { type Actor, recordAudit } from '../audit/record.ts'
import { getCompany } from '../consent/companies.ts'
import { type Language, writeLetter } from '../consent/letters.ts'
import { createLink, linkUrl } from '../consent/links.ts'
import { openAccountSession } from '../consent/open-session.ts'
import type { ConsentPorts, PageVisitor } from '../consent/ports.ts'
import { type UserRow, usersOfCompany } from '../consent/users.ts'
import type { Tx } from '../db.ts'
import { after } from '../domain/clock.ts'
import { newId } from '../domain/ids.ts'
import { paymentMachine } from '../domain/machines.ts'
import { Problem } from '../domain/problems.ts'
import { schedule } from '../due-work.ts'
import { moveState } from '../events/move.ts'
import { getPayment } from './create.ts'
import { type PaymentRow, snapshotHash } from './snapshot.ts'

/** Who may approve: the approver role, and an active consent of their own that covers the debtor account (PRODUCT 12). */
async function mustBeApprover(
  ports: ConsentPorts,
  tx: Tx,
  payment: PaymentRow,
  user: UserRow,
): Promise<void> {
  if (!user.roles.includes('approver')) {
    throw new Problem('state_conflict', {
      detail: `${user.name} does not have the approver role.`,
      userAction: 'Choose somebody who has it.',
    })
  }
  if (payment.preparedBy === `user:${user.id}`) {
    throw new Problem('state_conflict', 'Who prepared a payment does not approve it.')
  }
  const session = await openAccountSession(ports, tx, payment.accountId, { userId: user.id })
  if (!session) {
    throw new Problem('state_conflict', {
      detail: `${user.name} has no active consent that covers the debtor account.`,
      userAction: 'Let them give their consent at the bank first.',
    })
  }
}

/**
 * Asks a person to approve a payment: they get a link, and only they can say yes, on the page behind it, after BankID.
 * Answers the page's address. @throws Problem `not_found`, `reference_unknown`, `state_conflict`.
 */
export async function askForApproval(
  ports: ConsentPorts,
  tx: Tx,
  actor: Actor,
  input: { paymentId: string; userId: string; language: Language },
): Promise<{ payment: PaymentRow; url: string }> {
  const payment = await getPayment(tx, input.paymentId)
  const company = await getCompany(tx, payment.companyId)
  const [user] = await usersOfCompany(tx, company.id, [input.userId])
  if (!user) throw new Problem('reference_unknown', `There is no person ${input.userId}.`)
  await mustBeApprover(ports, tx, payment, user)
  if (payment.state === 'validated') {
    await moveState(tx, paymentMachine, payment.id, 'validated', 'pending_approval', {
      actor,
      companyId: company.id,
      event: 'payment.state_changed',
    })
  } else if (payment.state !== 'pending_approval') {
    throw new Problem('state_conflict', `The payment is ${payment.state}.`)
  }
  const { secret } = await createLink(tx, {
    companyId: company.id,
    userId: user.id,
    purpose: 'approve',
    subjectId: payment.id,
  })
  const url = linkUrl(ports.publicUrl, secret)
  await writeLetter(tx, ports.vault, {
    kind: 'approve',
    language: input.language,
    user,
    companyName: company.name,
    url,
  })
  return { payment: { ...payment, state: 'pending_approval' }, url }
}

/**
 * Gives a person's approval to exactly what the page showed. @param shownHash the snapshot that the page was made from.
 * Approving twice is approving once. @throws Problem `state_conflict` when the payment has changed or moved on.
 */
export async function approvePayment(
  ports: ConsentPorts,
  tx: Tx,
  visitor: PageVisitor,
  input: { paymentId: string; shownHash: string },
): Promise<void> {
  await tx.prisma.$queryRaw`select id from payment where id = ${input.paymentId} for update`
  const payment = await getPayment(tx, input.paymentId)
  const hash = snapshotHash(payment)
  if (hash !== input.shownHash)
    throw new Problem('state_conflict', 'The payment was changed after it was shown.')
  if (payment.state !== 'pending_approval') return
  const [user] = await usersOfCompany(tx, payment.companyId, [visitor.userId])
  if (!user) throw new Problem('not_found', `There is no payment ${payment.id}.`)
  await mustBeApprover(ports, tx, payment, user)
  const actor = { kind: 'user', id: user.id } as const
  await tx.prisma.paymentApproval.createMany({
    data: [
      {
        id: newId('approval', tx.now),
        clientId: tx.clientId,
        companyId: payment.companyId,
        paymentId: payment.id,
        userId: user.id,
        sessionId: visitor.sessionId,
        snapshotHash: hash,
        at: tx.now,
      },
    ],
    skipDuplicates: true,
  })
  await tx.prisma.payment.update({ where: { id: payment.id }, data: { snapshotHash: hash, userId: user.id } })
  await recordAudit(tx, {
    actor,
    action: 'payment.approve',
    resourceType: 'payment',
    resourceId: payment.id,
    companyId: payment.companyId,
    data: { snapshotHash: hash, session: visitor.sessionId },
  })
  await moveState(tx, paymentMachine, payment.id, 'pending_approval', 'approved', {
    actor,
    companyId: payment.companyId,
    event: 'payment.state_changed',
  })
  // The same click submits it. Where that did not come about, somebody has to hear of it.
  const dueAt = after(tx.now, 3_600_000)
  await schedule(tx, { kind: 'payment-status', subjectId: payment.id, companyId: payment.companyId, dueAt })
}

/** A person says no, on the page. Saying it twice is saying it once. */
export async function declinePayment(tx: Tx, visitor: PageVisitor, paymentId: string): Promise<void> {
  await tx.prisma.$queryRaw`select id from payment where id = ${paymentId} for update`
  const payment = await getPayment(tx, paymentId)
  if (payment.state === 'declined') return
  await moveState(tx, paymentMachine, paymentId, 'pending_approval', 'declined', {
    actor: { kind: 'user', id: visitor.userId },
    companyId: payment.companyId,
    event: 'payment.state_changed',
  })
}
