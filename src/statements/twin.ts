import { type Actor, recordAudit } from '../audit/record.ts'
import { ConnectorFailure } from '../connectors/failure.ts'
import { type AccountRow, getAccount } from '../consent/accounts.ts'
import { type OpenedSession, openAccountSession } from '../consent/open-session.ts'
import type { Prisma, Tx } from '../db.ts'
import { addDays, osloDate } from '../domain/clock.ts'
import { newId } from '../domain/ids.ts'
import { invalidRequest, notFound, Problem } from '../domain/problems.ts'
import type { StatementEntry } from '../domain/statement.ts'
import { schedule } from '../due-work.ts'
import { appendEvent } from '../events/append.ts'
import { lockAccountSoon } from './account-lock.ts'
import { type CountedRead, countedCall } from './call-budget.ts'
import { limitsOf } from './call-window.ts'
import { loadEntries } from './entry-rows.ts'
import { toObserved } from './normal.ts'
import type { StatementPorts } from './ports.ts'
import { compareRoutes, type TwinReport } from './twin-compare.ts'

export type TwinRow = Prisma.RouteTwinGetPayload<object>

/** Days that are held against each other unless more or fewer are asked for. */
const usualDays = 30
/** A report is about what two routes tell differently, not about the whole history. */
const mostDays = 100
const mostPages = 200
const mostRows = 20_000

export type TwinInput = {
  readonly accountId: string
  readonly route: string
  /** Booking dates, both included; by default the last 30 days that were read and are over. */
  readonly from?: string
  readonly to?: string
}

/**
 * Asks for a read of an account by another route, in shadow: nothing of it becomes a transaction, and what it tells
 * differently from the route in use is reported. A job does it.
 * @throws Problem `not_found`, `state_conflict` where the account is not read, `route_unknown`, `invalid_request`.
 */
export async function startTwin(
  ports: StatementPorts,
  tx: Tx,
  actor: Actor,
  input: TwinInput,
): Promise<TwinRow> {
  const account = await getAccount(tx, input.accountId)
  await requireRoute(ports, tx, account, input.route)
  const { from, to } = daysOf(tx, account, input)
  const { companyId } = account
  const row = await tx.prisma.routeTwin.create({
    data: {
      id: newId('twin', tx.now),
      clientId: tx.clientId,
      companyId,
      accountId: account.id,
      route: input.route,
      fromDate: from,
      toDate: to,
      createdAt: tx.now,
    },
  })
  await recordAudit(tx, {
    actor,
    action: 'account.compare_routes',
    resourceType: 'account',
    resourceId: account.id,
    companyId,
    data: { twinId: row.id, route: input.route },
  })
  await schedule(tx, { kind: 'route-twin', subjectId: row.id, companyId, dueAt: tx.now })
  return row
}

function daysOf(tx: Tx, account: AccountRow, { from, to }: TwinInput): { from: string; to: string } {
  if (account.readThrough === null) {
    throw new Problem(
      'state_conflict',
      'The account has not been read yet: there is nothing to compare with.',
    )
  }
  const yesterday = addDays(osloDate(tx.now), -1)
  const over = account.readThrough < yesterday ? account.readThrough : yesterday
  const last = to ?? over
  const first = from ?? addDays(last, 1 - usualDays)
  if (last > over) {
    throw invalidRequest([
      { path: 'body.to', message: `has to be ${over} or earlier: later days are not over` },
    ])
  }
  if (first > last) throw invalidRequest([{ path: 'body.from', message: `has to be ${last} or earlier` }])
  if (addDays(first, mostDays) <= last) {
    throw invalidRequest([
      { path: 'body.from', message: `has to be within ${mostDays} days of the last day` },
    ])
  }
  return { from: first, to: last }
}

/** Another route than the one in use, by which an active consent reaches the account. */
async function requireRoute(
  ports: StatementPorts,
  tx: Tx,
  account: AccountRow,
  route: string,
): Promise<OpenedSession> {
  if (account.state !== 'enabled' && account.state !== 'stale') {
    throw new Problem('state_conflict', `The account is ${account.state}; only an enabled one is read.`)
  }
  const routes = account.institutionId === null ? [] : ports.registry.routesOf(account.institutionId)
  if (!routes.includes(route)) {
    const known = routes.length > 0 ? `It is reached by: ${routes.join(', ')}.` : 'No bank stands behind it.'
    throw new Problem('route_unknown', `The account is not reached by a route ${route}. ${known}`)
  }
  if (route === account.route) {
    throw new Problem('state_conflict', `The account is read by the route ${route} already.`)
  }
  const opened = await openAccountSession(ports, tx, account.id, { route })
  if (!opened?.connector.statements) {
    throw new Problem('route_unknown', {
      detail: `No active consent reaches the account by the route ${route}.`,
      userAction: 'Ask a person with rights in the online bank for a consent by that route.',
    })
  }
  return opened
}

/**
 * Reads the days of a twin by its route and writes down what differs. Run again it ends at once.
 * @throws ConnectorFailure for what a later try may cure.
 */
export async function compareTwin(ports: StatementPorts, clientId: string, twinId: string): Promise<void> {
  const work = await ports.db.forClient(clientId, async (tx) => {
    const row = await getTwin(tx, twinId)
    if (row.endedAt !== null) return null
    const opened = await openAccountSession(ports, tx, row.accountId, { route: row.route })
    return { row, opened, account: await getAccount(tx, row.accountId) }
  })
  if (!work) return
  const { row, opened, account } = work
  if (!opened) {
    const detail = `no active consent reaches the account by the route ${row.route}`
    throw new ConnectorFailure({ kind: 'consent_expired', detail })
  }
  const stated = await readRows(ports, clientId, opened, account, row)
  const within = ({ bookingDate }: StatementEntry) =>
    bookingDate !== undefined && bookingDate >= row.fromDate && bookingDate <= row.toDate
  const rows = stated.filter((entry) => entry.status === 'booked' && within(entry))
  await ports.db.forClient(clientId, async (tx) => {
    const entries = await loadEntries(tx, await bookedIds(tx, row))
    const report = compareRoutes(
      entries,
      rows.flatMap((entry) => toObserved(entry) ?? []),
      { route: `bank:${row.route}`, from: row.fromDate, to: row.toDate },
    )
    await keepReport(tx, row, report)
  })
}

/** The first page of a list counts at the bank, those that follow it do not. */
async function readRows(
  ports: StatementPorts,
  clientId: string,
  { connector, session, resourceId, frequencyPerDay }: OpenedSession,
  account: AccountRow,
  { fromDate: from, toDate: to, route }: TwinRow,
): Promise<StatementEntry[]> {
  const { statements } = connector
  if (!statements) {
    throw new ConnectorFailure({ kind: 'not_supported', detail: 'no statements are read by this route' })
  }
  const limits = limitsOf(connector.manifest, frequencyPerDay)
  const counted: CountedRead = {
    account,
    route,
    endpoint: 'transactions',
    limits,
    use: 'asked',
    attended: false,
    jobId: null,
  }
  const rows: StatementEntry[] = []
  let cursor: string | undefined
  for (let pages = 0; pages < mostPages && rows.length <= mostRows; pages++) {
    const place = { resourceId, currency: account.currency }
    const ask = () => statements.transactions(session, place, { from, to, ...(cursor ? { cursor } : {}) })
    const page = pages === 0 ? await countedCall(ports, clientId, counted, ask) : await ask()
    rows.push(...page.entries)
    if (page.next === undefined) return rows
    cursor = page.next
  }
  const detail = `the days hold more than ${mostRows} rows or ${mostPages} pages: ask for fewer days`
  throw new ConnectorFailure({ kind: 'not_supported', detail })
}

async function bookedIds(tx: Tx, { accountId, fromDate, toDate }: TwinRow): Promise<string[]> {
  const { rows } = await tx.sql.query<{ id: string }>(
    `select id from entry where client_id = $1 and account_id = $2 and state in ('booked', 'reversed')
        and booking_date between $3 and $4 order by booking_date, id limit $5`,
    [tx.clientId, accountId, fromDate, toDate, mostRows],
  )
  return rows.map(({ id }) => id)
}

async function keepReport(tx: Tx, row: TwinRow, report: TwinReport): Promise<void> {
  const { same, changed, onlyActive, onlyTwin, differences } = report
  await tx.prisma.routeTwin.update({
    where: { id: row.id },
    data: { same, changed, onlyActive, onlyTwin, differences: [...differences], endedAt: tx.now },
  })
  await tellEnd(tx, row, { same, changed, onlyActive, onlyTwin })
}

/** The comparison could not be made: the report says why. */
export async function endTwin(
  tx: Tx,
  twinId: string,
  error: { kind: string; detail: string },
): Promise<void> {
  const row = await getTwin(tx, twinId)
  if (row.endedAt !== null) return
  await tx.prisma.routeTwin.update({ where: { id: row.id }, data: { error, endedAt: tx.now } })
  await tellEnd(tx, row, { error: error.kind })
}

async function tellEnd(tx: Tx, row: TwinRow, facts: Record<string, string | number>): Promise<void> {
  await appendEvent(tx, {
    type: 'account.routes_compared',
    resourceType: 'account',
    resourceId: row.accountId,
    companyId: row.companyId,
    data: { accountId: row.accountId, twinId: row.id, route: row.route, ...facts },
  })
}

/** @throws Problem `not_found`. */
export async function getTwin(tx: Tx, id: string): Promise<TwinRow> {
  const row = await tx.prisma.routeTwin.findUnique({ where: { id } })
  if (!row) throw notFound('comparison', id)
  return row
}

/**
 * From now on the account is read by another route, and by no other. What was read stays, and the next read tells its
 * rows again in other words: they are known again by day, amount and references.
 * @throws Problem `not_found`, `state_conflict`, `route_unknown`, `account_busy`.
 */
export async function switchRoute(
  ports: StatementPorts,
  tx: Tx,
  actor: Actor,
  input: { readonly accountId: string; readonly route: string },
): Promise<AccountRow> {
  await lockAccountSoon(tx, input.accountId)
  const account = await getAccount(tx, input.accountId)
  await requireRoute(ports, tx, account, input.route)
  const { companyId, id } = account
  const data = { from: account.route, to: input.route }
  await recordAudit(tx, {
    actor,
    action: 'account.switch_route',
    resourceType: 'account',
    resourceId: id,
    companyId,
    data,
  })
  await appendEvent(tx, {
    type: 'account.route_changed',
    resourceType: 'account',
    resourceId: id,
    companyId,
    data: { accountId: id, ...data },
  })
  await schedule(tx, { kind: 'statements-sync', subjectId: id, companyId, dueAt: tx.now })
  return tx.prisma.account.update({ where: { id }, data: { route: input.route, nextSyncAt: tx.now } })
}
