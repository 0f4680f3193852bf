import type { ConsentState, ConsentStatus, PresentPsu } from '../../connectors/connector.ts'
import { isFailure } from '../../connectors/failure.ts'
import type { Tx } from '../../db.ts'
import { after, osloDate } from '../../domain/clock.ts'
import { type ConsentMachineState, connectionMachine, consentMachine } from '../../domain/machines.ts'
import { schedule } from '../../due-work.ts'
import { moveState, StateConflict } from '../../events/move.ts'
import { closeLinks } from '../links.ts'
import { type ConsentRow, openConsentSession } from '../open-session.ts'
import type { ConsentPorts } from '../ports.ts'
import { forgetPresence, isPresence, notePresence, PRESENT_MS } from '../presence.ts'
import { getConsent } from './create.ts'

const job = { kind: 'job', id: 'consent-check' } as const
const SCA_WINDOW_MS = 60 * 60_000

/** What the bank's word means for a consent in our books; null: no conclusion, or no change. */
function nextState(
  current: ConsentMachineState,
  bank: ConsentState,
  overdue: boolean,
): ConsentMachineState | null {
  if (current === 'active') {
    const ended: Partial<Record<ConsentState, ConsentMachineState>> = {
      expired: 'expired',
      revoked_by_psu: 'revoked_by_user',
      terminated: 'terminated_by_bank',
      rejected: 'terminated_by_bank',
    }
    return ended[bank] ?? null
  }
  if (bank === 'valid') return 'active'
  if (bank === 'rejected' || bank === 'revoked_by_psu' || bank === 'terminated') return 'rejected'
  if (bank === 'expired') return 'abandoned'
  // Who waits at the bank for others to approve may wait for days; the bank says when that is over.
  if (bank === 'partially_authorised') return current === 'awaiting_sca' ? bank : null
  if (bank === 'awaiting_approval') return current === 'awaiting_approval' ? null : bank
  return overdue ? 'abandoned' : null
}

/**
 * Asks the bank how a consent stands, and follows: the return from SCA proves nothing by itself, and what the bank
 * says wins over what we believed. Answers the state afterwards.
 * @param psu the person who has just come back from the bank, with the address of their own request.
 */
export async function checkConsent(
  ports: ConsentPorts,
  clientId: string,
  consentId: string,
  psu?: PresentPsu,
): Promise<ConsentMachineState> {
  const state = await hearOfConsent(ports, clientId, consentId)
  if (state === 'active' && isPresence(psu)) {
    await ports.db.forClient(clientId, (tx) => welcome(tx, consentId, psu))
  }
  return state
}

/** Who has just approved is there: what the bank gives only now is asked for now, whoever heard of the consent first. */
async function welcome(tx: Tx, consentId: string, psu: PresentPsu): Promise<void> {
  await tx.prisma
    .$queryRaw`select id from consent where client_id = ${tx.clientId} and id = ${consentId} for update`
  const consent = await getConsent(tx, consentId)
  const { companyId, authorisedAt } = consent
  const fresh = authorisedAt !== null && after(authorisedAt, SCA_WINDOW_MS) > tx.now
  if (consent.state !== 'active' || !fresh || consent.psuSeenAt) return
  await notePresence(tx, consent, psu)
  await schedule(tx, { kind: 'accounts-discover', subjectId: consentId, companyId, dueAt: tx.now })
  const over = after(tx.now, PRESENT_MS + 1)
  await schedule(tx, { kind: 'consent-check', subjectId: consentId, companyId, dueAt: over })
}

async function hearOfConsent(
  ports: ConsentPorts,
  clientId: string,
  consentId: string,
): Promise<ConsentMachineState> {
  const { consent, opened } = await ports.db.forClient(clientId, async (tx) => {
    const row = await getConsent(tx, consentId)
    await forgetPresence(tx, row)
    return { consent: row, opened: await openConsentSession(ports, tx, row) }
  })
  const current = consent.state as ConsentMachineState
  if (current === 'created' || consentMachine.moves[current].length === 0) return current
  let status: ConsentStatus
  try {
    status = await opened.connector.consent.status(opened.session)
  } catch (error) {
    if (!isFailure(error, 'consent_expired', 'access_denied', 'not_found')) throw error
    status = { state: current === 'active' ? 'expired' : 'rejected' }
  }
  const overdue = ports.clock.now().getTime() - consent.createdAt.getTime() > SCA_WINDOW_MS
  const next = nextState(current, status.state, overdue)
  if (!next) return current
  try {
    await ports.db.forClient(clientId, (tx) => follow(tx, consent, current, next, status))
    return next
  } catch (error) {
    if (!(error instanceof StateConflict)) throw error
    // Person and job looked at the same moment: the other one has written down what both heard.
    const { state } = await ports.db.forClient(clientId, (tx) => getConsent(tx, consentId))
    return state as ConsentMachineState
  }
}

async function follow(
  tx: Tx,
  consent: ConsentRow,
  from: ConsentMachineState,
  to: ConsentMachineState,
  status: ConsentStatus,
): Promise<void> {
  const { companyId, id } = consent
  await moveState(tx, consentMachine, id, from, to, { actor: job, companyId, event: 'consent.state_changed' })
  if (to === 'active') {
    await tx.prisma.consent.update({
      where: { id },
      data: {
        authorisedAt: tx.now,
        scaUrl: null,
        validUntil: status.validUntil ?? null,
        ...(status.frequencyPerDay ? { frequencyPerDay: status.frequencyPerDay } : {}),
      },
    })
    await closeLinks(tx, id)
    await moveConnection(tx, consent, 'connecting')
    await schedule(tx, { kind: 'accounts-discover', subjectId: id, companyId, dueAt: tx.now })
  } else if (consentMachine.moves[to].length === 0) {
    await tx.prisma.consent.update({ where: { id }, data: { endedAt: tx.now, endReason: to, scaUrl: null } })
    if (from === 'active') await askForAction(tx, consent)
  }
}

/** The bank refused the consent in the middle of its use: it is over, whatever we believed. */
export async function endConsent(
  tx: Tx,
  consentId: string,
  to: 'expired' | 'revoked_by_user' | 'terminated_by_bank',
): Promise<void> {
  const consent = await getConsent(tx, consentId)
  if (consent.state !== 'active') return
  await follow(tx, consent, 'active', to, { state: 'expired' })
}

async function moveConnection(
  tx: Tx,
  consent: ConsentRow,
  to: 'connecting' | 'action_required',
): Promise<void> {
  const connection = await tx.prisma.connection.findUniqueOrThrow({ where: { id: consent.connectionId } })
  const from = connection.state as keyof typeof connectionMachine.moves
  if (from === to || !connectionMachine.moves[from].includes(to)) return
  await moveState(tx, connectionMachine, connection.id, from, to, {
    actor: job,
    companyId: consent.companyId,
    event: 'connection.state_changed',
  })
}

/** The company's last consent at this bank has ended: somebody has to give a new one. */
async function askForAction(tx: Tx, consent: ConsentRow): Promise<void> {
  const others = await tx.prisma.consent.count({
    where: { clientId: tx.clientId, connectionId: consent.connectionId, state: 'active' },
  })
  if (others > 0) return
  await moveConnection(tx, consent, 'action_required')
  // None of its accounts is read before somebody has acted.
  await tx.prisma.account.updateMany({
    where: { clientId: tx.clientId, connectionId: consent.connectionId },
    data: { nextSyncAt: null },
  })
}

/** When to ask next: every minute while the person is at the bank, then daily, and hourly once it should be over. */
export function nextCheck(now: Date, state: ConsentMachineState, validUntil: string | null): Date | null {
  if (state === 'awaiting_sca' || state === 'partially_authorised') return after(now, 60_000)
  if (state === 'awaiting_approval') return after(now, 60 * 60_000)
  if (state !== 'active') return null
  const overToday = validUntil !== null && validUntil < osloDate(now)
  return after(now, overToday ? 60 * 60_000 : 24 * 60 * 60_000)
}
