import type { BankSession, Connector, PresentPsu } from '../connectors/connector.ts'
import type { Tx } from '../db.ts'
import type { ConsentPorts } from './ports.ts'

export type OpenedSession = {
  readonly consentId: string
  readonly connector: Connector
  readonly session: BankSession
  /** The bank's handle of the account under this consent. */
  readonly resourceId: string
}

export type ConsentRow = Awaited<ReturnType<Tx['prisma']['consent']['findUniqueOrThrow']>>

/** A session for a consent in whatever state it is. Together with `openAccountSession` the only maker of bank sessions. */
export async function openConsentSession(
  ports: ConsentPorts,
  tx: Tx,
  consent: ConsentRow,
  psu?: PresentPsu,
): Promise<{ connector: Connector; session: BankSession }> {
  const memory = consent.memory ? JSON.parse(await ports.vault.open(tx, consent.memory)) : {}
  const session = { institutionId: consent.institutionId, memory, ...(psu ? { psu } : {}) }
  return { connector: ports.registry.connectorFor(consent.institutionId, consent.route), session }
}

/**
 * A session that may read an account: by any active consent that reaches it, the one that lasts longest first
 * (PRODUCT 8). Null when there is none: the connection then needs a person.
 * @param options.userId only this person's consent: payments never move to another person.
 * @param options.route another way than the account's own, for a look by it.
 */
export async function openAccountSession(
  ports: ConsentPorts,
  tx: Tx,
  accountId: string,
  options: { psu?: PresentPsu; userId?: string; route?: string } = {},
): Promise<OpenedSession | null> {
  const reach = await tx.prisma.accountAccess.findMany({
    where: { clientId: tx.clientId, accountId },
    orderBy: { id: 'desc' },
    take: 100,
    include: { accountRef: { select: { route: true } } },
  })
  const route = options.route ?? reach[0]?.accountRef.route
  if (route === undefined) return null
  const consents = await tx.prisma.consent.findMany({
    where: {
      clientId: tx.clientId,
      id: { in: reach.map((access) => access.consentId) },
      state: 'active',
      route,
      ...(options.userId ? { userId: options.userId } : {}),
    },
    orderBy: [{ validUntil: 'desc' }, { id: 'desc' }],
    take: 1,
  })
  const consent = consents[0]
  const access = reach.find((candidate) => candidate.consentId === consent?.id)
  if (!consent || !access) return null
  const opened = await openConsentSession(ports, tx, consent, options.psu)
  return { consentId: consent.id, resourceId: access.resourceId, ...opened }
}
