import { randomUUID } from 'node:crypto'
import type { z } from 'zod'
import type { Clock } from '../domain/clock.ts'
import { buildGetAccounts, processAccounts, readHeaders } from '../protocols/berlin-group/accounts.ts'
import { buildGetBalances, processBalances } from '../protocols/berlin-group/balances.ts'
import {
  buildCreateConsent,
  buildDeleteConsent,
  buildGetConsent,
  buildStartAuthorisation,
  processCreateConsent,
  processDeleteConsent,
  processGetConsent,
  processStartAuthorisation,
} from '../protocols/berlin-group/consents.ts'
import { malformed } from '../protocols/berlin-group/errors.ts'
import { resolveLink } from '../protocols/berlin-group/links.ts'
import { buildGetTransactions, processTransactions } from '../protocols/berlin-group/transactions.ts'
import {
  type BankLine,
  type CallLog,
  guarded,
  readContext,
  remembered,
  scaStep,
  sendCall,
  tellUnreadable,
} from './bank-call.ts'
import { berlinGroupPayments } from './berlin-group-payments.ts'
import type {
  BankSession,
  Connector,
  ConsentCreated,
  ConsentRequest,
  Manifest,
  TransactionPage,
  TransactionQuery,
} from './connector.ts'
import { createHttpClient, type HttpClient, type HttpLimits, type Trust } from './http-client.ts'
import type { berlinGroupSchema } from './institutions.ts'

/** One plain NextGenPSD2 bank: everything that differs between such banks, as data. */
export type BerlinGroupBank = Omit<z.output<typeof berlinGroupSchema>, 'type'> & {
  readonly institutionId: string
}

export type ConnectorPorts = {
  readonly clock: Clock
  readonly trust: Trust
  readonly log?: CallLog
  /** Deadlines and sizes; the defaults suit real banks. */
  readonly limits?: HttpLimits
  /** Shared by all banks of a registry; without it the connector opens (and closes) its own. */
  readonly http?: HttpClient
}

/**
 * Account information and payments at one bank over NextGenPSD2 1.3 with redirect SCA.
 * Every function throws ConnectorFailure and nothing else.
 */
export function berlinGroupConnector(row: BerlinGroupBank, ports: ConnectorPorts): Connector {
  const http = ports.http ?? createHttpClient(ports.trust, ports.limits)
  const origin = new URL(row.baseUrl).origin
  const line: BankLine = {
    institutionId: row.institutionId,
    api: { baseUrl: row.baseUrl, origins: [origin] },
    sca: { baseUrl: row.baseUrl, origins: row.scaOrigins },
    http,
    log: ports.log,
  }
  const { clock } = ports
  return {
    manifest: manifestOf(row, origin),
    consent: consentFlow(line, row, clock),
    accounts: (session) =>
      guarded(session.memory, 'malformed', async () => {
        const answer = await sendCall(line, 'accounts', buildGetAccounts(readContext(session)))
        const read = processAccounts(answer, clock)
        tellUnreadable(line, 'accounts', read.unreadable)
        return read.accounts
      }),
    statements: {
      balances: (session, account) =>
        guarded(session.memory, 'malformed', async () => {
          const call = buildGetBalances(account.resourceId, readContext(session))
          const read = processBalances(await sendCall(line, 'balances', call), clock)
          tellUnreadable(line, 'balances', read.unreadable)
          return read.balances
        }),
      transactions: (session, account, query) =>
        guarded(session.memory, 'malformed', () => readPage(line, row, clock, session, account, query)),
    },
    ...(row.products.domestic && {
      payments: berlinGroupPayments(line, { product: row.products.domestic, kidStyle: row.kidStyle }, clock),
    }),
    close: async () => {
      if (!ports.http) await http.close()
    },
  }
}

function manifestOf(row: BerlinGroupBank, origin: string): Manifest {
  return {
    id: `berlin-group:${row.institutionId}`,
    institutions: [row.institutionId],
    origins: [origin],
    scaOrigins: row.scaOrigins,
    historyDays: row.historyDays,
    historyDaysPresent: Math.max(row.historyDays, row.historyDaysPresent ?? 0),
    consentDaysMax: row.consentDaysMax,
    unattendedReadsPerDay: row.unattendedReadsPerDay,
    readWindow: row.readWindow,
    timeZone: row.timeZone,
    scaApproaches: ['redirect', 'decoupled'],
    idStability: row.idStability,
    multipleConsents: row.multipleConsents,
    replaySafe: row.replaySafe,
    scaAlways: row.scaAlways,
    approval: 'psd2_sca',
    statesClosingBalances: row.statesClosingBalances,
  }
}

function consentFlow(line: BankLine, row: BerlinGroupBank, clock: Clock): Connector['consent'] {
  return {
    create: (request) => guarded({}, 'malformed', () => createConsent(line, row, clock, request)),
    status: (session) =>
      guarded(session.memory, 'malformed', async () => {
        const call = buildGetConsent(remembered(session.memory, 'consentId'), randomUUID())
        return processGetConsent(await sendCall(line, 'consent.status', call), clock)
      }),
    revoke: (session) =>
      guarded(session.memory, 'malformed', async () => {
        const call = buildDeleteConsent(remembered(session.memory, 'consentId'), randomUUID())
        processDeleteConsent(await sendCall(line, 'consent.revoke', call), clock)
      }),
  }
}

async function createConsent(
  line: BankLine,
  row: BerlinGroupBank,
  clock: Clock,
  request: ConsentRequest,
): Promise<ConsentCreated> {
  const frequencyPerDay = Math.min(request.frequencyPerDay, row.unattendedReadsPerDay)
  const answer = await sendCall(line, 'consent.create', buildCreateConsent({ ...request, frequencyPerDay }))
  const { consentId, state, sca } = processCreateConsent(answer, clock)
  const memory = { consentId }
  return guarded(memory, 'malformed', async () => {
    if (sca.kind !== 'start') return { memory, state, sca: scaStep(line, sca, answer.url) }
    const path = resolveLink(sca.href, answer.url, line.api, 'startAuthorisation')
    const started = await sendCall(line, 'consent.authorise', buildStartAuthorisation(path, request))
    return { memory, state, sca: scaStep(line, processStartAuthorisation(started, clock).sca, started.url) }
  })
}

/** So many pages without a row in a row are no list any more (seen: Swedbank, which names a new one each time, August 2026). */
const mostEmptyPages = 50
const emptyMark = '#empty='

/** How many empty pages led here: counted behind the link, where no bank sees it. */
const emptyBefore = (cursor: string | undefined) => Number(cursor?.split(emptyMark)[1] ?? 0)

/** One page; the cursor is the bank's own `next` link, checked against its origin again before it is followed. */
async function readPage(
  line: BankLine,
  row: BerlinGroupBank,
  clock: Clock,
  session: BankSession,
  account: { resourceId: string; currency: string },
  query: TransactionQuery,
): Promise<TransactionPage> {
  const context = readContext(session)
  const first = {
    from: query.from,
    to: query.to,
    bookingStatus: row.bookingStatus,
    withBalance: row.withBalance,
  }
  const call = query.cursor
    ? {
        method: 'GET' as const,
        path: resolveLink(query.cursor, line.api.baseUrl, line.api, 'next'),
        headers: readHeaders(context),
      }
    : buildGetTransactions(account.resourceId, first, context)
  const answer = await sendCall(line, 'transactions', call)
  const page = processTransactions(answer, account.currency, clock)
  const next = page.next && resolveLink(page.next, answer.url, line.api, 'next')
  if (next === answer.url) throw malformed('the page names itself as the next one', answer)
  const { entries, balances, unreadable } = page
  const empty = entries.length + unreadable.length === 0 ? emptyBefore(query.cursor) + 1 : 0
  if (next && empty > mostEmptyPages) throw malformed('the list goes on without rows', answer)
  const cursor = next && (empty > 0 ? `${next}${emptyMark}${empty}` : next)
  return { entries, balances, unreadable, raw: answer.body, ...(cursor && { next: cursor }) }
}
