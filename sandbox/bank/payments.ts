import { createHash, randomUUID } from 'node:crypto'
import { empty, json, type Reply, type Routes } from '../http.ts'
import type { Bank } from './banks.ts'
import { type Call, deny, formatError, header, isRecord, link } from './errors.ts'
import { readInstruction } from './payment-body.ts'
import { scaPageUrl, startSca } from './sca-state.ts'
import type { Payment } from './types.ts'

const paymentProduct = 'norwegian-domestic-credit-transfers'
const base = '/v1/payments/:product'

function checkProduct(call: Call): void {
  if (call.request.params.product === paymentProduct) return
  deny(404, 'PRODUCT_UNKNOWN', `only ${paymentProduct} is offered`)
}

/** The answer to a payment request; the same again when the request is repeated. */
function created(bank: Bank, payment: Payment): Reply {
  const self = `/v1/payments/${payment.product}/${payment.id}`
  const links = {
    scaRedirect: { href: scaPageUrl(bank, payment.sca) },
    self: link(bank, self),
    status: link(bank, `${self}/status`),
    scaStatus: link(bank, `${self}/authorisations/${payment.sca.authorisationId}`),
  }
  const answer = { transactionStatus: 'RCVD', paymentId: payment.id, _links: links }
  return json(201, answer, { location: link(bank, self).href, 'aspsp-sca-approach': 'REDIRECT' })
}

/** The payment that an equal request with this X-Request-ID made before, where the bank remembers them. */
function replayed(call: Call, key: string, bodyHash: string): Payment | undefined {
  const { bank } = call
  const known = bank.replaySafe ? bank.data.replays[key] : undefined
  if (!known) return undefined
  if (known.bodyHash !== bodyHash) {
    deny(400, 'PARAMETER_NOT_CONSISTENT', 'X-Request-ID was used for another body', 'X-Request-ID')
  }
  return bank.data.payments[known.paymentId]
}

/** POST /v1/payments/{product} (NextGenPSD2 1.3.11, 5.3.1). */
function create(call: Call): Reply {
  const { bank, request } = call
  checkProduct(call)
  const body = request.json()
  if (!isRecord(body)) return formatError('', 'the body is not a JSON object')
  const requestId = header(request, 'X-Request-ID') ?? ''
  const key = `${call.tpp} ${requestId}`
  const bodyHash = createHash('sha256').update(request.body).digest('hex')
  const before = replayed(call, key, bodyHash)
  if (before) return created(bank, before)
  const sca = startSca(call)
  const payment: Payment = {
    id: randomUUID(),
    tpp: call.tpp,
    status: 'RCVD',
    product: paymentProduct,
    body,
    requestId,
    ...readInstruction(call, body),
    createdAt: bank.context.clock.now().toISOString(),
    sca,
    executions: 0,
  }
  bank.data.payments[payment.id] = payment
  if (bank.replaySafe) bank.data.replays[key] = { bodyHash, paymentId: payment.id }
  bank.context.state.changed()
  return created(bank, payment)
}

function named(call: Call): Payment {
  checkProduct(call)
  const payment = call.bank.data.payments[call.request.params.paymentId ?? '']
  if (payment?.tpp !== call.tpp) return deny(403, 'RESOURCE_UNKNOWN', 'no such payment')
  return payment
}

function status(call: Call): Reply {
  const payment = named(call)
  return json(200, {
    transactionStatus: payment.status,
    ...(payment.reason ? { psuMessage: payment.reason } : {}),
  })
}

/** DELETE: free until the money has left (NextGenPSD2 1.3.11, 5.6). */
function cancel(call: Call): Reply {
  const payment = named(call)
  if (payment.status === 'ACSC' || payment.status === 'RJCT') {
    return deny(405, 'CANCELLATION_INVALID', `the payment is ${payment.status}`)
  }
  if (payment.sca.status === 'received') payment.sca.status = 'failed'
  payment.status = 'CANC'
  call.bank.context.state.changed()
  return empty(204)
}

function scaStatus(call: Call): Reply {
  const { sca } = named(call)
  if (sca.authorisationId !== call.request.params.authorisationId) {
    return deny(403, 'RESOURCE_UNKNOWN', 'no such authorisation')
  }
  return json(200, { scaStatus: sca.status })
}

/** Routes below /v1/payments. */
export const paymentRoutes = (call: Omit<Call, 'request'>): Routes => ({
  [`POST ${base}`]: (request) => create({ ...call, request }),
  [`GET ${base}/:paymentId`]: (request) => {
    const payment = named({ ...call, request })
    return json(200, { ...payment.body, transactionStatus: payment.status })
  },
  [`DELETE ${base}/:paymentId`]: (request) => cancel({ ...call, request }),
  [`GET ${base}/:paymentId/status`]: (request) => status({ ...call, request }),
  [`GET ${base}/:paymentId/authorisations`]: (request) =>
    json(200, { authorisationIds: [named({ ...call, request }).sca.authorisationId] }),
  [`GET ${base}/:paymentId/authorisations/:authorisationId`]: (request) => scaStatus({ ...call, request }),
})
