import { recordAudit } from '../audit/record.ts'
import type { PresentPsu } from '../connectors/connector.ts'
import type { Tx } from '../db.ts'
import { after } from '../domain/clock.ts'
import { isPrivateAddress } from '../domain/private-address.ts'
import type { ConsentRow } from './open-session.ts'

/** A person who was seen this long ago is not taken to be present any more. */
export const PRESENT_MS = 5 * 60_000

/** An address that means nothing outside one network tells a bank nothing: whoever has such a one is nobody to it. */
export const isPresence = (psu: PresentPsu | undefined): psu is PresentPsu =>
  psu !== undefined && !isPrivateAddress(psu.ipAddress)

/**
 * Keeps where a person came back from their bank from, for the reads that follow at once: the bank lets these go further
 * back, and does not count them. It is forgotten when the person can no longer be taken to be there.
 */
export async function notePresence(tx: Tx, consent: ConsentRow, psu: PresentPsu): Promise<void> {
  await tx.prisma.consent.update({
    where: { id: consent.id },
    data: { psuIpAddress: psu.ipAddress, psuUserAgent: psu.userAgent ?? null, psuSeenAt: tx.now },
  })
  await recordAudit(tx, {
    actor: { kind: 'user', id: consent.userId },
    action: 'consent.present',
    resourceType: 'consent',
    resourceId: consent.id,
    companyId: consent.companyId,
  })
}

/** The person who came back for this consent and is still there. */
export function presentAt(consent: ConsentRow, now: Date): PresentPsu | undefined {
  const { psuIpAddress, psuUserAgent, psuSeenAt } = consent
  if (!psuIpAddress || !psuSeenAt || psuSeenAt > now || after(psuSeenAt, PRESENT_MS) < now) return undefined
  return { ipAddress: psuIpAddress, ...(psuUserAgent ? { userAgent: psuUserAgent } : {}) }
}

/** The first reads have had their time. */
export async function forgetPresence(tx: Tx, consent: ConsentRow): Promise<void> {
  if (!consent.psuSeenAt || presentAt(consent, tx.now)) return
  await tx.prisma.consent.update({
    where: { id: consent.id },
    data: { psuIpAddress: null, psuUserAgent: null, psuSeenAt: null },
  })
}
