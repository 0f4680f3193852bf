import { type Actor, recordAudit } from '../audit/record.ts'
import type { Tx } from '../db.ts'
import { newId } from '../domain/ids.ts'
import { notFound, Problem } from '../domain/problems.ts'
import { appendEvent } from '../events/append.ts'
import type { RegisteredUnit } from '../protocols/brreg/unit.ts'

export type CompanyRow = Awaited<ReturnType<Tx['prisma']['company']['findUniqueOrThrow']>>

/**
 * Registers a company under the name the public register has for it.
 * @throws Problem `company_exists`.
 */
export async function registerCompany(tx: Tx, actor: Actor, unit: RegisteredUnit): Promise<CompanyRow> {
  const { organisationNumber } = unit
  const same = { clientId_organisationNumber: { clientId: tx.clientId, organisationNumber } }
  // Two at once: the second waits on the unique key, and finds what the first has made.
  const made = await tx.prisma.company.createMany({
    data: [
      {
        id: newId('company', tx.now),
        clientId: tx.clientId,
        organisationNumber,
        name: unit.name,
        form: unit.form,
        createdAt: tx.now,
      },
    ],
    skipDuplicates: true,
  })
  const company = await tx.prisma.company.findUniqueOrThrow({ where: same })
  if (made.count === 0)
    throw new Problem('company_exists', `${organisationNumber} is registered as ${company.id}.`)
  const about = { resourceType: 'company', resourceId: company.id, companyId: company.id }
  await recordAudit(tx, { actor, action: 'company.create', ...about })
  await appendEvent(tx, { type: 'company.created', ...about })
  return company
}

/** @throws Problem `not_found`. */
export async function getCompany(tx: Tx, id: string): Promise<CompanyRow> {
  const company = await tx.prisma.company.findUnique({ where: { id } })
  if (!company) throw notFound('company', id)
  return company
}
