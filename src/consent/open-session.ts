import type { BankSession, Connector, PresentPsu } from '../connectors/connector.ts'
import type { Tx } from '../db.ts'
import type { ConsentPorts } from './ports.ts'

export type OpenedSession = {
  readonly consentId: string
  readonly route: string
  /** Unattended reads of each endpoint of an account that this consent was granted. */
  readonly frequencyPerDay: number
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

export type SessionChoice = {
  /** Only this person's consent: payments never move to another person. */
  readonly userId?: string
  /** Another way than the account's own, for a look by it. */
  readonly route?: string
  /** This consent and no other: the one that somebody has just given. */
  readonly only?: string
  /** Consents that the bank has just refused for this account. */
  readonly except?: readonly string[]
}

/**
 * A session that may read an account: by any active consent that reaches it, the one that lasts longest first
 * (PRODUCT 8). Null when there is none: the connection then needs a person.
 */
export async function openAccountSession(
  ports: ConsentPorts,
  tx: Tx,
  accountId: string,
  { psu, ...choice }: SessionChoice & { readonly psu?: PresentPsu } = {},
): Promise<OpenedSession | null> {
  const found = await chooseConsent(tx, accountId, choice)
  if (!found) return null
  const { consent, resourceId } = found
  const { id: consentId, route, frequencyPerDay } = consent
  const opened = await openConsentSession(ports, tx, consent, psu)
  return { consentId, route, frequencyPerDay, resourceId, ...opened }
}

/** The consent by which an account is read, without a session for it. */
export async function readingConsent(tx: Tx, accountId: string): Promise<ConsentRow | null> {
  return (await chooseConsent(tx, accountId, {}))?.consent ?? null
}

async function chooseConsent(
  tx: Tx,
  accountId: string,
  { userId, route: wanted, only, except = [] }: SessionChoice,
): Promise<{ readonly consent: ConsentRow; readonly resourceId: string } | null> {
  const reach = await tx.prisma.accountAccess.findMany({
    where: { clientId: tx.clientId, accountId },
    orderBy: { id: 'desc' },
    take: 100,
    include: { accountRef: { select: { route: true } } },
  })
  const route = wanted ?? reach[0]?.accountRef.route
  if (route === undefined) return null
  const ids = reach.map((access) => access.consentId)
  const consent = await tx.prisma.consent.findFirst({
    where: {
      clientId: tx.clientId,
      id: { in: ids.filter((id) => (only === undefined || id === only) && !except.includes(id)) },
      state: 'active',
      route,
      ...(userId ? { userId } : {}),
    },
    orderBy: [{ validUntil: { sort: 'desc', nulls: 'last' } }, { id: 'desc' }],
  })
  const access = reach.find((candidate) => candidate.consentId === consent?.id)
  return consent && access ? { consent, resourceId: access.resourceId } : null
}
