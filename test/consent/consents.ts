import { discoverAccounts } from '../../src/consent/accounts.ts'
import type { CompanyRow } from '../../src/consent/companies.ts'
import { beginConsent } from '../../src/consent/consents/begin.ts'
import { checkConsent } from '../../src/consent/consents/check.ts'
import { createConsent } from '../../src/consent/consents/create.ts'
import type { UserRow } from '../../src/consent/users.ts'
import { ola, type TestPerson } from '../support/fake-identity.ts'
import { apiKey, type Rooms, visitorOf } from '../support/rooms.ts'

export const debtorIban = 'NO9386011117947'

export type Asked = { readonly company: CompanyRow; readonly user: UserRow; readonly consentId: string }

export async function askedConsent(rooms: Rooms, company?: CompanyRow, person?: TestPerson): Promise<Asked> {
  const where = company ?? (await rooms.company({ active: true }))
  const user = await rooms.person(where, person)
  const { consent } = await rooms.run((tx) =>
    createConsent(rooms.ports, tx, apiKey, {
      companyId: where.id,
      userId: user.id,
      institutionId: 'fjordbanken',
      language: 'nb',
    }),
  )
  return { company: where, user, consentId: consent.id }
}

export const begin = (rooms: Rooms, asked: Asked) =>
  beginConsent(rooms.ports, visitorOf(asked.user), {
    clientId: rooms.clientId,
    consentId: asked.consentId,
    returnUrl: 'https://back.example',
  })

export const check = (rooms: Rooms, asked: Asked) =>
  checkConsent(rooms.ports, rooms.clientId, asked.consentId)

export async function activeConsent(rooms: Rooms, company?: CompanyRow, person?: TestPerson): Promise<Asked> {
  const asked = await askedConsent(rooms, company, person)
  await begin(rooms, asked)
  rooms.bank.consentStatus = { state: 'valid', validUntil: '2026-07-01' }
  await check(rooms, asked)
  return asked
}

/** A person with an active consent that shows one business account. */
export async function consentWithAccount(
  rooms: Rooms,
  company?: CompanyRow,
  person?: TestPerson,
): Promise<Asked & { accountId: string }> {
  const asked = await activeConsent(rooms, company, person)
  rooms.bank.accounts = [
    {
      resourceId: `R-${asked.consentId}`,
      iban: debtorIban,
      currency: 'NOK',
      ownerName: 'Eksempelverkstedet AS',
      usage: 'business',
    },
  ]
  await discoverAccounts(rooms.ports, rooms.clientId, asked.consentId)
  const { id } = await rooms.run((tx) =>
    tx.prisma.account.findFirstOrThrow({ where: { companyId: asked.company.id, number: debtorIban } }),
  )
  return { ...asked, accountId: id }
}

export const second = ola
