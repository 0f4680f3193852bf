import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Service } from '../../sandbox/context.ts'
import { findOrder, signedDocument } from '../../sandbox/esign/orders.ts'
import { signOrder, startEsign } from '../../sandbox/esign/server.ts'
import { esignClient } from '../../sandbox/esign/token.ts'
import { openStore } from '../../sandbox/state.ts'
import { openBrowser } from './browser.ts'
import { idsContext } from './ids-context.ts'
import { plainPdf, signaturesOf } from './signed-pdf.ts'

type Order = {
  orderId: string
  status: string
  signUrl: string
  expiresAt: string
  signer?: { name: string; birthdate: string; bankidAltsub: string; acr: string; certificateChain: string[] }
}

const redirectUrl = 'http://127.0.0.1:9/back?agreement=agr_1'
const context = idsContext()
let service: Service
let token: string
let pdf: Buffer

const askToken = (form: Record<string, string>) =>
  fetch(`${service.url}/oauth/token`, { method: 'POST', body: new URLSearchParams(form) })
const api = (method: string, path: string, body?: unknown, bearer = token) =>
  fetch(`${service.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
const orderBody = (document: Buffer) => ({
  documents: [{ name: 'Avtale om kontoinnsyn', pdf: document.toString('base64') }],
  redirectUrl,
  reference: 'agr_1',
})
async function create(document = pdf, more = {}): Promise<Order> {
  const response = await api('POST', '/orders', { ...orderBody(document), ...more })
  expect(response.status).toBe(201)
  return (await response.json()) as Order
}
const read = async (order: Order) => (await (await api('GET', `/orders/${order.orderId}`)).json()) as Order
const download = async (order: Order) =>
  Buffer.from(await (await api('GET', `/orders/${order.orderId}/document`)).arrayBuffer())

beforeAll(async () => {
  service = await startEsign(context)
  pdf = await plainPdf('Avtale om kontoinnsyn: blåbærsyltetøy')
  const answer = await askToken({
    grant_type: 'client_credentials',
    client_id: esignClient.id,
    client_secret: esignClient.secret,
    scope: 'esign',
  })
  token = ((await answer.json()) as { access_token: string }).access_token
})
afterAll(async () => {
  await service.close()
  await context.forget()
})

test('a person signs on the page and comes back; the document is signed in their name', async () => {
  const order = await create()
  expect(order.status).toBe('created')
  const browser = openBrowser()
  const page = await browser.request(order.signUrl)
  expect(page.text).toContain('Avtale om kontoinnsyn')
  expect((await read(order)).status).toBe('created')
  const back = await browser.request(order.signUrl, { person: 'kari', action: 'sign' })
  expect(back).toMatchObject({ status: 303, location: `${redirectUrl}&orderId=${order.orderId}` })

  const kari = context.world.person('kari')
  const signed = await read(order)
  expect(signed).toMatchObject({
    status: 'signed',
    signer: {
      name: kari.name,
      birthdate: kari.birthdate,
      bankidAltsub: kari.bankidAltsub,
      acr: 'urn:bankid:bid;LOA=4',
    },
  })
  expect(signed.signer?.certificateChain).toHaveLength(2)
  const document = await download(order)
  const [signature, ...others] = signaturesOf(document)
  expect(others).toEqual([])
  expect(signature).toMatchObject({
    intact: true,
    valid: true,
    boundToCertificate: true,
    end: document.length,
  })
  expect(signature?.issuedBy(context.pki.personCa.cert)).toBe(true)
  expect(signature?.subject).toContain(`CN=${kari.name}`)
  expect(document.subarray(0, pdf.length).equals(pdf)).toBe(true)
})

test('the next signer signs the signed document, and both signatures hold', async () => {
  const first = await create()
  await signOrder(context, first.orderId, 'anne')
  const once = await download(first)
  const second = await create(once)
  await signOrder(context, second.orderId, 'jonas')
  const twice = await download(second)
  expect(twice.subarray(0, once.length).equals(once)).toBe(true)
  const signatures = signaturesOf(twice)
  expect(signatures.map(({ intact, valid }) => intact && valid)).toEqual([true, true])
  expect(signatures.map(({ end }) => end)).toEqual([once.length, twice.length])
  expect(new Set(signatures.map(({ subject }) => subject)).size).toBe(2)
})

test('a changed byte breaks the signature', async () => {
  const order = await create()
  await signOrder(context, order.orderId, 'kari')
  const document = await download(order)
  document[40] = (document[40] ?? 0) ^ 1
  expect(signaturesOf(document)[0]?.intact).toBe(false)
})

test('declining comes back too and leaves no document', async () => {
  const order = await create()
  const back = await openBrowser().request(order.signUrl, { person: 'kari', action: 'decline' })
  expect(back.status).toBe(303)
  expect((await read(order)).status).toBe('rejected')
  expect((await api('GET', `/orders/${order.orderId}/document`)).status).toBe(409)
})

test('an order is signed once: a second click shows the way back and changes nothing', async () => {
  const order = await create()
  const browser = openBrowser()
  await browser.request(order.signUrl, { person: 'kari', action: 'sign' })
  const before = await download(order)
  const again = await browser.request(order.signUrl, { person: 'ola', action: 'sign' })
  expect(again).toMatchObject({ status: 200, location: undefined })
  expect((await download(order)).equals(before)).toBe(true)
  expect(await signOrder(context, order.orderId, 'ola')).toBe('order_closed')
})

test('two clicks at the same time make one signature', async () => {
  const order = await create()
  const outcomes = await Promise.all([
    signOrder(context, order.orderId, 'kari'),
    signOrder(context, order.orderId, 'ola'),
  ])
  expect(outcomes.filter((outcome) => outcome === 'order_closed')).toHaveLength(1)
  const document = await download(order)
  expect(signaturesOf(document)[0]?.subject).toContain((await read(order)).signer?.name)
})

test('the client cancels an open order, but not a signed one', async () => {
  const open = await create()
  expect((await api('DELETE', `/orders/${open.orderId}`)).status).toBe(204)
  expect((await read(open)).status).toBe('cancelled')
  expect(
    (await openBrowser().request(open.signUrl, { person: 'kari', action: 'sign' })).location,
  ).toBeUndefined()
  const signed = await create()
  await signOrder(context, signed.orderId, 'kari')
  expect((await api('DELETE', `/orders/${signed.orderId}`)).status).toBe(409)
})

test('an unknown person signs nothing', async () => {
  const order = await create()
  const answer = await openBrowser().request(order.signUrl, { person: 'nobody', action: 'sign' })
  expect(answer.status).toBe(422)
  expect(await signOrder(context, order.orderId, 'nobody')).toBe('person_unknown')
  expect(await signOrder(context, 'no-such-order', 'kari')).toBe('order_unknown')
  expect((await read(order)).status).toBe('created')
})

test('the expected signer is chosen beforehand', async () => {
  const { name, birthdate } = context.world.person('mette')
  const order = await create(pdf, { signer: { name, birthdate } })
  expect((await openBrowser().request(order.signUrl)).text).toMatch(/value="mette" ?selected/)
})

test('a document name cannot write into the page', async () => {
  const order = await create(pdf, {
    documents: [{ name: '<script>x</script>', pdf: pdf.toString('base64') }],
  })
  expect((await openBrowser().request(order.signUrl)).text).not.toContain('<script>')
})

test('without a token of this provider nothing is answered', async () => {
  const order = await create()
  for (const [method, path] of [
    ['POST', '/orders'],
    ['GET', `/orders/${order.orderId}`],
    ['GET', `/orders/${order.orderId}/document`],
    ['DELETE', `/orders/${order.orderId}`],
  ] as const) {
    expect((await api(method, path, undefined, 'made-up')).status).toBe(401)
  }
})

test.for([
  [{ client_secret: 'wrong' }, 401, 'invalid_client'],
  [{ grant_type: 'password' }, 400, 'unsupported_grant_type'],
  [{ scope: 'everything' }, 400, 'invalid_scope'],
] as const)('a token request with %o gets %i %s', async ([change, status, error]) => {
  const good = {
    grant_type: 'client_credentials',
    client_id: esignClient.id,
    client_secret: esignClient.secret,
  }
  const response = await askToken({ ...good, ...change })
  expect(response.status).toBe(status)
  expect(await response.json()).toMatchObject({ error })
})

test.for([
  ['documents', { documents: [] }],
  ['documents[0].pdf', { documents: [{ name: 'x', pdf: Buffer.from('no pdf').toString('base64') }] }],
  [
    'documents[0].pdf',
    { documents: [{ name: 'x', pdf: Buffer.from('%PDF-1.7 no more').toString('base64') }] },
  ],
  ['documents[0].name', { documents: [{ pdf: 'JVBERi0=' }] }],
  ['redirectUrl', { redirectUrl: 'javascript:alert(1)' }],
  ['reference', { reference: '' }],
  ['signer.birthdate', { signer: { name: 'Kari Eksempel', birthdate: '15.04.1980' } }],
] as const)('an order with a bad %s is refused by that name', async ([path, change]) => {
  const response = await api('POST', '/orders', { ...orderBody(pdf), ...change })
  expect(response.status).toBe(422)
  expect(await response.json()).toMatchObject({ errors: [{ path }] })
})

test('an order that nobody signed in time is expired', async () => {
  const order = await create()
  context.clock.advance(Date.parse(order.expiresAt) - context.clock.now().getTime() + 1)
  expect((await read(order)).status).toBe('expired')
  expect(await signOrder(context, order.orderId, 'kari')).toBe('order_closed')
})

test('a signed order and its document are on disk when the answer is sent', async () => {
  const order = await create()
  await openBrowser().request(order.signUrl, { person: 'kari', action: 'sign' })
  const reopened = openStore(context.dataDir, () => {
    throw new Error('the state was not there')
  })
  const found = findOrder({ ...context, state: reopened }, order.orderId)
  expect(found?.status).toBe('signed')
  expect(found && (await signedDocument(context, found))?.equals(await download(order))).toBe(true)
})
