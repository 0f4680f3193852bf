import { recordAudit } from '../../audit/record.ts'
import type { Tx } from '../../db.ts'
import { newId } from '../../domain/ids.ts'
import { agreementMachine, connectionMachine } from '../../domain/machines.ts'
import { moveState } from '../../events/move.ts'
import type { AgreementRow } from '../agreements/create.ts'
import { type RightsSnapshot, reviewReasons } from './rights.ts'

const actor = { kind: 'job', id: 'screening' } as const

/**
 * Decides what a machine may decide: an agreement whose signers suffice by the register becomes active at once;
 * anything else goes to a person. The reasons stay in the review case: clients see `in_review` (PRODUCT 5).
 */
export async function screenAgreement(
  tx: Tx,
  agreement: AgreementRow,
  snapshot: RightsSnapshot,
): Promise<void> {
  const signatures = await tx.prisma.signature.findMany({
    where: { clientId: tx.clientId, agreementId: agreement.id },
  })
  const people = signatures.map(({ signerName, birthdate }) => ({ name: signerName, birthdate }))
  const reasons = reviewReasons(snapshot, people)
  const facts = { actor, companyId: agreement.companyId, event: 'agreement.state_changed' } as const
  if (reasons.length === 0) {
    await moveState(tx, agreementMachine, agreement.id, 'screening', 'active', facts)
    await activate(tx, agreement)
    return
  }
  await moveState(tx, agreementMachine, agreement.id, 'screening', 'in_review', facts)
  const id = newId('reviewCase', tx.now)
  await tx.prisma.reviewCase.create({
    data: {
      id,
      clientId: tx.clientId,
      companyId: agreement.companyId,
      agreementId: agreement.id,
      state: 'open',
      reasons,
      createdAt: tx.now,
    },
  })
  await recordAudit(tx, {
    actor,
    action: 'review_case.open',
    resourceType: 'review_case',
    resourceId: id,
    companyId: agreement.companyId,
  })
}

/** The integration is live: connections that waited for the agreement now wait for a consent. */
async function activate(tx: Tx, agreement: AgreementRow): Promise<void> {
  await tx.prisma.agreement.update({ where: { id: agreement.id }, data: { activatedAt: tx.now } })
  await tx.prisma.company.update({ where: { id: agreement.companyId }, data: { activatedAt: tx.now } })
  const waiting = await tx.prisma.connection.findMany({
    where: { clientId: tx.clientId, companyId: agreement.companyId, state: 'pending_agreement' },
    take: 200,
  })
  for (const connection of waiting) {
    await moveState(tx, connectionMachine, connection.id, 'pending_agreement', 'pending_consent', {
      actor,
      companyId: agreement.companyId,
      event: 'connection.state_changed',
    })
  }
}
