import { createAgreement } from '../../src/consent/agreements/create.ts'
import { sendAgreement } from '../../src/consent/agreements/send.ts'
import type { CompanyRow } from '../../src/consent/companies.ts'
import { completeSigning, type SigningOutcome } from '../../src/consent/signing/complete.ts'
import { markViewed, startSigning, viewSigning } from '../../src/consent/signing/start.ts'
import type { UserRow } from '../../src/consent/users.ts'
import type { TestPerson } from '../support/fake-identity.ts'
import { apiKey, type Rooms, visitorOf } from '../support/rooms.ts'

export type Sent = { readonly company: CompanyRow; readonly agreementId: string; readonly users: UserRow[] }

/** An agreement that was sent to these people, in their order. */
export async function sentAgreement(rooms: Rooms, ...people: readonly TestPerson[]): Promise<Sent> {
  const company = await rooms.company()
  const users: UserRow[] = []
  for (const person of people) users.push(await rooms.person(company, person))
  const { id } = await rooms.run((tx) =>
    createAgreement(rooms.ports, tx, apiKey, {
      companyId: company.id,
      signerIds: users.map((user) => user.id),
      language: 'nb',
    }),
  )
  await rooms.run((tx) => sendAgreement(rooms.ports, tx, apiKey, id))
  return { company, agreementId: id, users }
}

/** The person has logged in: from here on the user is bound to their BankID. */
export function bind(rooms: Rooms, user: UserRow, person: TestPerson): Promise<unknown> {
  const bankidHash = rooms.ports.vault.keyedHash('bankid_altsub', person.bankidAltsub)
  return rooms.run((tx) =>
    tx.prisma.user.update({ where: { id: user.id }, data: { bankidHash, birthdate: person.birthdate } }),
  )
}

/** Opens the page, as the bound person, and goes on to the e-sign provider. Answers the provider's address. */
export async function goSign(
  rooms: Rooms,
  sent: Sent,
  user: UserRow | undefined,
  person: TestPerson,
): Promise<string> {
  if (!user) throw new Error('no such signer')
  await bind(rooms, user, person)
  const visitor = visitorOf(user)
  await rooms.run(async (tx) => markViewed(tx, await viewSigning(tx, sent.agreementId, user.id), visitor))
  const place = { clientId: rooms.clientId, agreementId: sent.agreementId, returnUrl: 'https://back.example' }
  return startSigning(rooms.ports, visitor, place)
}

/** What the page does when the person comes back. */
export async function comeBack(rooms: Rooms, sent: Sent, user: UserRow | undefined): Promise<SigningOutcome> {
  if (!user) throw new Error('no such signer')
  const { signer } = await rooms.run((tx) => viewSigning(tx, sent.agreementId, user.id))
  return completeSigning(rooms.ports, rooms.clientId, signer.id)
}

export async function stateOf(rooms: Rooms, sent: Sent): Promise<string> {
  const row = await rooms.run((tx) =>
    tx.prisma.agreement.findUniqueOrThrow({ where: { id: sent.agreementId } }),
  )
  return row.state
}
