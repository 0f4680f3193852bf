import type { ConsentCreated } from '../../connectors/connector.ts'
import { addDays, after, osloDate } from '../../domain/clock.ts'
import { consentMachine } from '../../domain/machines.ts'
import { Problem } from '../../domain/problems.ts'
import { schedule } from '../../due-work.ts'
import { moveState } from '../../events/move.ts'
import type { ConsentRow } from '../open-session.ts'
import type { ConsentPorts, PageVisitor } from '../ports.ts'
import { getConsent } from './create.ts'

/**
 * Makes the consent at the bank, with the person present, and answers where their browser goes for SCA. A consent that
 * is already waiting for its SCA leads there again. The request id was fixed when the consent was asked for.
 * @throws ConnectorFailure; nothing has changed then, and the person can try again.
 */
export async function beginConsent(
  ports: ConsentPorts,
  visitor: PageVisitor,
  place: { clientId: string; consentId: string; returnUrl: string },
): Promise<string> {
  const consent = await ports.db.forClient(place.clientId, (tx) => getConsent(tx, place.consentId))
  if (consent.userId !== visitor.userId)
    throw new Problem('not_found', `There is no consent ${place.consentId}.`)
  if (consent.state === 'awaiting_sca' && consent.scaUrl) return consent.scaUrl
  if (consent.state !== 'created') throw new Problem('state_conflict', `The consent is ${consent.state}.`)
  const { consent: flow, manifest } = ports.registry.connectorFor(consent.institutionId, consent.route)
  const created = await flow.create({
    requestId: consent.requestId,
    institutionId: consent.institutionId,
    psu: {
      ipAddress: visitor.ipAddress,
      ...(visitor.userAgent ? { userAgent: visitor.userAgent } : {}),
      ...(visitor.acceptLanguage ? { acceptLanguage: visitor.acceptLanguage } : {}),
    },
    returnUrl: place.returnUrl,
    failureUrl: place.returnUrl,
    validUntil: addDays(osloDate(ports.clock.now()), manifest.consentDaysMax),
    frequencyPerDay: consent.frequencyPerDay,
    accounts: [],
  })
  return keepBegun(ports, place.clientId, consent, created)
}

async function keepBegun(
  ports: ConsentPorts,
  clientId: string,
  consent: ConsentRow,
  created: ConsentCreated,
): Promise<string> {
  if (created.sca.approach !== 'redirect') {
    throw new Problem('state_conflict', 'The bank asks for an approval that this page cannot give.')
  }
  const scaUrl = created.sca.url
  return ports.db.forClient(clientId, async (tx) => {
    const sealed = await ports.vault.seal(
      tx,
      { kind: 'company', companyId: consent.companyId },
      JSON.stringify(created.memory),
    )
    const kept = await tx.prisma.consent.updateMany({
      where: { clientId: tx.clientId, id: consent.id, state: 'created' },
      data: { memory: sealed, scaUrl },
    })
    if (kept.count === 0) {
      // A second click was faster: its consent counts, the one just made at the bank is never authorised and lapses.
      const winner = await getConsent(tx, consent.id)
      if (!winner.scaUrl) throw new Problem('state_conflict', `The consent is ${winner.state}.`)
      return winner.scaUrl
    }
    await moveState(tx, consentMachine, consent.id, 'created', 'awaiting_sca', {
      actor: { kind: 'user', id: consent.userId },
      companyId: consent.companyId,
      event: 'consent.state_changed',
    })
    // Should the person approve and never come back to our page, this finds out.
    const dueAt = after(tx.now, 60_000)
    await schedule(tx, { kind: 'consent-check', subjectId: consent.id, companyId: consent.companyId, dueAt })
    return scaUrl
  })
}
