import { createServer } from 'node:https'
import type { TLSSocket } from 'node:tls'
import type { SandboxContext, Service } from '../context.ts'
import {
  type Incoming,
  isRefusal,
  listen,
  listener,
  matchPath,
  type Reply,
  type Routes,
  route,
} from '../http.ts'
import type { Psd2Role } from '../qc-statements.ts'
import { accountRoutes } from './accounts.ts'
import { type Bank, bankDefinitions, bankState, otherInterface } from './banks.ts'
import { consentRoutes } from './consents.ts'
import { runDue } from './due.ts'
import { type Call, deny, header, tppReply } from './errors.ts'
import { answerFaults, certificateIsExpired, connectionRefused, requestFaults } from './faults/hooks.ts'
import { paymentRoutes } from './payments.ts'
import { startScaPages } from './sca.ts'
import { identify } from './tls.ts'
import type { BankId } from './types.ts'

type Section = { prefix: string; role: Psd2Role; routes: (call: Omit<Call, 'request'>) => Routes }

/** Which PSD2 role each part of the interface asks for. */
const sections: Section[] = [
  { prefix: '/v1/consents', role: 'PSP_AI', routes: consentRoutes },
  { prefix: '/v1/accounts', role: 'PSP_AI', routes: accountRoutes },
  { prefix: '/v1/payments', role: 'PSP_PI', routes: paymentRoutes },
]

const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

function dispatch(section: Section, call: Call): Reply | Promise<Reply> {
  const { request } = call
  const routes = section.routes(call)
  const keys = Object.keys(routes).map((key) => key.split(' ') as [string, string])
  const fitting = keys.filter(([, pattern]) => matchPath(pattern, request.path))
  if (fitting.length === 0) deny(404, 'RESOURCE_UNKNOWN', 'no such resource')
  if (!fitting.some(([method]) => method === request.method)) {
    deny(405, 'SERVICE_INVALID', `${request.method} is not offered here`)
  }
  return route(routes, request)
}

async function handle(bank: Bank, request: Incoming): Promise<Reply> {
  runDue(bank.context)
  const section = sections.find(({ prefix }) => `${request.path}/`.startsWith(`${prefix}/`))
  const sender = identify(request.raw.socket as TLSSocket)
  if ('refusal' in sender) return sender.refusal
  if (!section) return deny(404, 'RESOURCE_UNKNOWN', 'no such resource')
  if (!sender.roles.includes(section.role)) {
    return deny(401, 'ROLE_INVALID', `the certificate lacks the role ${section.role}`)
  }
  const requestId = header(request, 'X-Request-ID')
  if (!requestId || !uuidPattern.test(requestId)) {
    return deny(400, 'FORMAT_ERROR', 'X-Request-ID is missing or no UUID', 'X-Request-ID')
  }
  const call: Call = { bank, request, tpp: sender.organisationIdentifier }
  return answerFaults(call, (await requestFaults(call)) ?? (await answered(section, call)))
}

/** The answer of the bank itself, refusals included. */
async function answered(section: Section, call: Call): Promise<Reply> {
  try {
    return await dispatch(section, call)
  } catch (error) {
    if (isRefusal(error)) return error.reply
    throw error
  }
}

/** Answers with X-Request-ID echoed and the bank's time, refusals included. */
async function answer(bank: Bank, request: Incoming): Promise<Reply> {
  const requestId = header(request, 'X-Request-ID')
  const reply = await handle(bank, request).catch((error: unknown) => {
    if (isRefusal(error)) return error.reply
    process.stderr.write(`sandbox ${bank.id}: ${(error as Error).stack ?? error}\n`)
    return tppReply(500, 'INTERNAL_SERVER_ERROR', 'the sandbox itself failed')
  })
  const date = bank.context.clock.now().toUTCString()
  const echoed = requestId ? { 'x-request-id': requestId } : {}
  return { ...reply, headers: { date, ...reply.headers, ...echoed } }
}

/** The certificate that the bank presents now. */
function secured(bank: Bank) {
  const { pki } = bank.context
  const { key, cert } = certificateIsExpired(bank) ? pki.expiredBankServer() : pki.bankServer
  return { key, cert, ca: pki.ca.cert, minVersion: 'TLSv1.2' as const }
}

/** One bank: its NextGenPSD2 interface over TLS with client certificates, and the pages for its customers. */
export async function startBank(
  context: SandboxContext,
  id: BankId,
): Promise<{ bank: Bank; api: Service; pages: Service }> {
  const bank: Bank = {
    ...bankDefinitions[id],
    context,
    data: bankState(context, id),
    apiUrl: '',
    pagesUrl: '',
    faultsChanged: () => {},
  }
  const pages = await startScaPages(context, bank)
  bank.pagesUrl = pages.url
  const api = await startInterface(bank, id)
  return { bank, api, pages }
}

/** The second interface of a bank: the same accounts, consents and pages. */
export function startOtherInterface(context: SandboxContext, bank: Bank): Promise<Service> {
  const other: Bank = { ...bank, ...otherInterface, context, apiUrl: '', faultsChanged: () => {} }
  return startInterface(other, `${bank.id}-platform`)
}

async function startInterface(bank: Bank, name: string): Promise<Service> {
  const server = createServer(
    {
      ...secured(bank),
      requestCert: true,
      // A missing certificate is answered as the standard says, not by a broken handshake.
      rejectUnauthorized: false,
    },
    listener(bank.context, (request) => answer(bank, request)),
  )
  bank.faultsChanged = () => {
    server.setSecureContext(secured(bank))
    // Who is connected already would not see the other certificate.
    server.closeIdleConnections()
  }
  server.on('tlsClientError', () => connectionRefused(bank))
  const api = await listen(bank.context, name, server, 'https')
  bank.apiUrl = api.url
  return api
}
