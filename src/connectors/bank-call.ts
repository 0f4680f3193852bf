import { randomUUID } from 'node:crypto'
import { BankRefusal } from '../protocols/berlin-group/errors.ts'
import { type LinkScope, resolveLink, type ScaRoute } from '../protocols/berlin-group/links.ts'
import type { BankAnswer, BankCall, Links } from '../protocols/berlin-group/wire.ts'
import type { BankSession, ConnectorMemory, ScaStep } from './connector.ts'
import { ConnectorFailure } from './failure.ts'
import { type HttpClient, proveCertificate } from './http-client.ts'

/** One line per call to a bank, for logs and metrics: no address, header, body or id of a person. */
export type CallRecord = {
  readonly institutionId: string
  readonly operation: string
  readonly status?: number
  readonly failure?: string
  /** Rows of a good answer that could not be read. */
  readonly unreadable?: number
  readonly durationMs: number
}
export type CallLog = (record: CallRecord) => void

/** What the calls of one bank share. */
export type BankLine = {
  readonly institutionId: string
  readonly api: LinkScope
  readonly sca: LinkScope
  readonly http: HttpClient
  readonly log: CallLog | undefined
}

/**
 * `proof`, `order` and `authorise` make up one submission, in this order: together they end within 41 s, so that the
 * engine can tell a running attempt from one that was lost.
 */
type Sending = 'read' | 'proof' | 'order' | 'authorise'
const deadlines: Readonly<Partial<Record<Sending, number>>> = { proof: 8000, order: 25_000, authorise: 8000 }

/** Sends one built call and hands back the answer, whatever its status. */
export async function sendCall(
  line: BankLine,
  operation: string,
  call: BankCall,
  as: Sending = 'read',
): Promise<BankAnswer> {
  const started = performance.now()
  const url = call.path.startsWith('https://') ? call.path : line.api.baseUrl + call.path
  const request = {
    method: call.method,
    url,
    headers: call.headers,
    repeatable: as !== 'order',
    ...(deadlines[as] && { deadlineMs: deadlines[as] }),
    ...(call.body !== undefined && { body: call.body }),
  }
  const tell = (facts: { status?: number; failure?: string }) =>
    line.log?.({
      institutionId: line.institutionId,
      operation,
      ...facts,
      durationMs: performance.now() - started,
    })
  try {
    const send =
      as === 'proof'
        ? proveCertificate
        : (c: HttpClient, r: typeof request, o: readonly string[]) => c.send(r, o)
    const answer = await send(line.http, request, line.api.origins)
    tell({ status: answer.status })
    return answer
  } catch (error) {
    tell({ failure: error instanceof ConnectorFailure ? error.kind : 'error' })
    throw error
  }
}

/**
 * Runs one operation; whatever goes wrong leaves as a ConnectorFailure whose text holds nothing of `secrets`
 * (banks quote consent ids and tokens in their messages).
 * `elseKind` is for faults of our own: after an order may have left, nothing but `outcome_unknown` is true.
 */
export async function guarded<T>(
  secrets: ConnectorMemory,
  elseKind: 'malformed' | 'outcome_unknown',
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof ConnectorFailure) throw error
    if (!(error instanceof BankRefusal)) {
      throw new ConnectorFailure({ kind: elseKind, detail: 'the answer could not be processed' }, error)
    }
    const { bank, ...facts } = error.refusal
    throw new ConnectorFailure({
      ...facts,
      detail: withoutSecrets(facts.detail, secrets),
      ...(bank && {
        bank: {
          code: withoutSecrets(bank.code, secrets),
          ...(bank.message && { message: withoutSecrets(bank.message, secrets) }),
        },
      }),
    })
  }
}

function withoutSecrets(text: string, secrets: ConnectorMemory): string {
  return Object.values(secrets)
    .filter((secret) => secret.length >= 4)
    .reduce((safe, secret) => safe.replaceAll(secret, '[hidden]'), text)
}

/** Accounts and balances have no list for what could not be read: the log at least has to say that there was some. */
export function tellUnreadable(line: BankLine, operation: string, rows: readonly unknown[]): void {
  if (rows.length === 0) return
  line.log?.({ institutionId: line.institutionId, operation, unreadable: rows.length, durationMs: 0 })
}

/** A value that the engine was asked to remember. */
export function remembered(memory: ConnectorMemory, key: string): string {
  const value = memory[key]
  if (!value) throw new BankRefusal({ kind: 'not_found', detail: `nothing is remembered as ${key}` })
  return value
}

/** `X-Request-ID`, `Consent-ID` and the PSU's headers of a read. */
export function readContext(session: BankSession) {
  return { consentId: remembered(session.memory, 'consentId'), requestId: randomUUID(), psu: session.psu }
}

/** The person's next step. `start` has been resolved before: it needs a call of its own. */
export function scaStep(line: BankLine, route: ScaRoute, askedUrl: string): ScaStep {
  switch (route.kind) {
    case 'redirect':
      return { approach: 'redirect', url: resolveLink(route.href, askedUrl, line.sca, 'SCA') }
    case 'decoupled':
      return { approach: 'decoupled', message: route.message }
    case 'unsupported':
      throw new BankRefusal({ kind: 'sca_unsupported', detail: `the bank asks for ${route.why}` })
    case 'start':
      throw new BankRefusal({
        kind: 'sca_unsupported',
        detail: 'the bank asks to start a second authorisation',
      })
    case 'none':
      return { approach: 'none' }
  }
}

/** The address where the SCA's state is read, if the bank gave one of its own; a strange one is not kept. */
export function scaStatusMemory(line: BankLine, links: Links, askedUrl: string): { scaStatus?: string } {
  if (!links.scaStatus) return {}
  try {
    return { scaStatus: resolveLink(links.scaStatus, askedUrl, line.api, 'scaStatus') }
  } catch {
    return {}
  }
}
