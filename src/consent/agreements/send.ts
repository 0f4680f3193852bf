import type { Actor } from '../../audit/record.ts'
import type { Tx } from '../../db.ts'
import { after } from '../../domain/clock.ts'
import { agreementMachine } from '../../domain/machines.ts'
import { moveState } from '../../events/move.ts'
import { getCompany } from '../companies.ts'
import { scheduleExpiry } from '../expiry.ts'
import { type Language, writeLetter } from '../letters.ts'
import { createLink, linkUrl } from '../links.ts'
import type { ConsentPorts } from '../ports.ts'
import { getUser } from '../users.ts'
import { getAgreement } from './create.ts'

const OPEN_FOR_MS = 14 * 86_400_000

/** Sends each signer a personal link. @throws StateConflict when it is no draft. */
export async function sendAgreement(ports: ConsentPorts, tx: Tx, actor: Actor, id: string): Promise<void> {
  const agreement = await getAgreement(tx, id)
  const company = await getCompany(tx, agreement.companyId)
  await moveState(tx, agreementMachine, id, 'draft', 'sent', {
    actor,
    companyId: company.id,
    event: 'agreement.state_changed',
  })
  const expiresAt = after(tx.now, OPEN_FOR_MS)
  await tx.prisma.agreement.update({ where: { id }, data: { sentAt: tx.now, expiresAt } })
  await scheduleExpiry(tx, agreement, expiresAt)
  const signers = await tx.prisma.signer.findMany({
    where: { clientId: tx.clientId, agreementId: id },
    orderBy: { position: 'asc' },
  })
  for (const signer of signers) {
    const user = await getUser(tx, signer.userId)
    const { secret } = await createLink(tx, {
      companyId: company.id,
      userId: user.id,
      purpose: 'sign',
      subjectId: id,
    })
    await writeLetter(tx, ports.vault, {
      kind: 'sign',
      language: agreement.language as Language,
      user,
      companyName: company.name,
      url: linkUrl(ports.publicUrl, secret),
    })
  }
}
