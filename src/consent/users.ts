import { type Actor, recordAudit } from '../audit/record.ts'
import type { Tx } from '../db.ts'
import { newId } from '../domain/ids.ts'
import { notFound, Problem } from '../domain/problems.ts'
import { appendEvent } from '../events/append.ts'
import { getCompany } from './companies.ts'

/** What a person may do in a company. Signing rights are the register's to say, not a role. */
export const roles = ['viewer', 'preparer', 'approver', 'payroll'] as const
export type Role = (typeof roles)[number]

export type NewUser = {
  readonly companyId: string
  readonly name: string
  readonly email: string
  readonly mobile?: string
  readonly birthdate?: string
  readonly roles: readonly Role[]
}
export type UserRow = Awaited<ReturnType<Tx['prisma']['user']['findUniqueOrThrow']>>

/** Names a person in a company. @throws Problem `not_found` for the company. */
export async function createUser(tx: Tx, actor: Actor, input: NewUser): Promise<UserRow> {
  await getCompany(tx, input.companyId)
  const user = await tx.prisma.user.create({
    data: {
      id: newId('user', tx.now),
      clientId: tx.clientId,
      companyId: input.companyId,
      name: input.name,
      email: input.email,
      mobile: input.mobile ?? null,
      birthdate: input.birthdate ?? null,
      roles: [...input.roles],
      createdAt: tx.now,
    },
  })
  const about = { resourceType: 'user', resourceId: user.id, companyId: user.companyId }
  await recordAudit(tx, { actor, action: 'user.create', ...about, data: { roles: [...input.roles] } })
  await appendEvent(tx, { type: 'user.created', ...about })
  return user
}

/** @throws Problem `not_found`. */
export async function getUser(tx: Tx, id: string): Promise<UserRow> {
  const user = await tx.prisma.user.findUnique({ where: { id } })
  if (!user) throw notFound('user', id)
  return user
}

/**
 * Users that a request names: all there and all of the company.
 * @throws Problem `reference_unknown` naming each that is not, at its `pathOf` in the request.
 */
export async function usersOfCompany(
  tx: Tx,
  companyId: string,
  ids: readonly string[],
  pathOf: (index: number) => string = () => 'body.userId',
): Promise<UserRow[]> {
  const found = await tx.prisma.user.findMany({
    where: { clientId: tx.clientId, id: { in: [...ids] }, companyId },
  })
  const users = ids.map((id) => found.find((user) => user.id === id))
  const missing = ids.filter((_, i) => !users[i])
  if (missing.length > 0) {
    throw new Problem('reference_unknown', {
      detail: `${missing.join(', ')}: no such person in company ${companyId}.`,
      errors: missing.map((id) => ({
        path: pathOf(ids.indexOf(id)),
        message: `${id} is not a person of this company`,
      })),
    })
  }
  return users.filter((user) => user !== undefined)
}
