import { randomUUID } from 'node:crypto'
import { type Actor, recordAudit } from '../../audit/record.ts'
import { mainRoute } from '../../connectors/institutions.ts'
import type { Tx } from '../../db.ts'
import { after } from '../../domain/clock.ts'
import { newId } from '../../domain/ids.ts'
import { notFound, Problem } from '../../domain/problems.ts'
import { appendEvent } from '../../events/append.ts'
import { getCompany } from '../companies.ts'
import { scheduleExpiry, UNBEGUN_MS } from '../expiry.ts'
import { type Language, writeLetter } from '../letters.ts'
import { createLink, linkUrl } from '../links.ts'
import type { ConsentRow } from '../open-session.ts'
import type { ConsentPorts } from '../ports.ts'
import { usersOfCompany } from '../users.ts'

/** A company's connection to a bank: the one there is, or a new one. */
async function connectionFor(tx: Tx, companyId: string, institutionId: string): Promise<string> {
  const key = { clientId: tx.clientId, companyId, institutionId }
  const made = await tx.prisma.connection.createMany({
    data: [{ id: newId('connection', tx.now), ...key, state: 'pending_consent', createdAt: tx.now }],
    skipDuplicates: true,
  })
  const connection = await tx.prisma.connection.findUniqueOrThrow({
    where: { clientId_companyId_institutionId: key },
  })
  if (made.count === 1) {
    const about = { resourceType: 'connection', resourceId: connection.id, companyId }
    await appendEvent(tx, {
      type: 'connection.state_changed',
      ...about,
      data: { from: null, to: 'pending_consent' },
    })
  }
  return connection.id
}

function bankOf({ registry }: ConsentPorts, institutionId: string, route: string) {
  const institution = registry.institution(institutionId)
  if (!institution) throw new Problem('institution_unknown', `There is no bank ${institutionId}.`)
  if (!registry.routesOf(institution.id).includes(route)) {
    throw new Problem('route_unknown', `${institution.name} is not reached by a route ${route}.`)
  }
  return institution
}

/**
 * Asks a person for a consent at a bank. Nothing happens at the bank until that person has come by the link and logged
 * in with BankID. Answers the page's address, which is also mailed.
 * @throws Problem `agreement_not_active`, `institution_unknown`, `route_unknown`, `reference_unknown`.
 */
export async function createConsent(
  ports: ConsentPorts,
  tx: Tx,
  actor: Actor,
  input: { companyId: string; userId: string; institutionId: string; route?: string; language: Language },
): Promise<{ consent: ConsentRow; url: string }> {
  const company = await getCompany(tx, input.companyId)
  const [user] = await usersOfCompany(tx, company.id, [input.userId])
  if (!user) throw notFound('user', input.userId)
  if (!company.activatedAt) {
    throw new Problem('agreement_not_active', {
      detail: `${company.name} has no active bank agreement.`,
      userAction: 'Send the agreement to those who may sign for the company, and wait until it is active.',
    })
  }
  const { route = mainRoute } = input
  const institution = bankOf(ports, input.institutionId, route)
  const id = newId('consent', tx.now)
  const consent = await tx.prisma.consent.create({
    data: {
      id,
      clientId: tx.clientId,
      companyId: company.id,
      userId: user.id,
      connectionId: await connectionFor(tx, company.id, institution.id),
      institutionId: institution.id,
      route,
      state: 'created',
      requestId: randomUUID(),
      frequencyPerDay: ports.registry.connectorFor(institution.id, route).manifest.unattendedReadsPerDay,
      createdAt: tx.now,
    },
  })
  const about = { resourceType: 'consent', resourceId: id, companyId: company.id }
  await recordAudit(tx, { actor, action: 'consent.ask', ...about })
  await appendEvent(tx, { type: 'consent.state_changed', ...about, data: { from: null, to: 'created' } })
  await scheduleExpiry(tx, consent, after(tx.now, UNBEGUN_MS))
  const place = { companyId: company.id, userId: user.id, subjectId: id }
  const { secret } = await createLink(tx, { ...place, purpose: 'consent' })
  const url = linkUrl(ports.publicUrl, secret)
  await writeLetter(tx, ports.vault, {
    kind: 'consent',
    language: input.language,
    user,
    companyName: company.name,
    url,
  })
  return { consent, url }
}

/** @throws Problem `not_found`. */
export async function getConsent(tx: Tx, id: string): Promise<ConsentRow> {
  const consent = await tx.prisma.consent.findUnique({ where: { id } })
  if (!consent) throw notFound('consent', id)
  return consent
}
