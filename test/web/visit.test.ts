import Fastify, { type FastifyInstance, type LightMyRequestResponse } from 'fastify'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { ConnectorFailure } from '../../src/connectors/failure.ts'
import { formTargets, pages } from '../../src/web/index.ts'
import { consentWithAccount } from '../consent/consents.ts'
import { ask, create, order, type Payable, read } from '../payments/payment.ts'
import { kari, ola } from '../support/fake-identity.ts'
import { type Rooms, testRooms } from '../support/rooms.ts'

let rooms: Rooms
let app: FastifyInstance
let payable: Payable
beforeAll(async () => {
  rooms = await testRooms()
  app = Fastify()
  const targets = formTargets(rooms.ports, ['https://bankid.example'])
  await app.register((inner) =>
    pages(inner, { ports: rooms.ports, cookieSecret: 'a secret of the test', formTargets: targets }),
  )
  payable = await consentWithAccount(rooms)
})
beforeEach(() => {
  rooms.bankId.person = kari
})
afterAll(async () => {
  await app?.close()
  await rooms?.close()
})

/** A browser without script: keeps cookies, fills in the forms it is shown. */
function browser() {
  const jar = new Map<string, string>()
  async function go(method: 'GET' | 'POST', url: string, form?: Record<string, string>) {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer: LightMyRequestResponse = await app.inject({
      method,
      url,
      headers: {
        cookie,
        'accept-language': 'en',
        ...(form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
      },
      ...(form ? { payload: new URLSearchParams(form).toString() } : {}),
    })
    for (const { name, value } of answer.cookies) jar.set(name, value)
    return answer
  }
  /** Presses the first button of a page. */
  async function press(page: LightMyRequestResponse) {
    const [form = ''] = /<form[\s\S]*?<\/form>/.exec(page.body) ?? []
    const fields = [...form.matchAll(/name="(\w+)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [
      name,
      value,
    ])
    return go('POST', /action="([^"]+)"/.exec(form)?.[1] ?? '', Object.fromEntries(fields))
  }
  return {
    jar,
    press,
    get: (url: string) => go('GET', url),
    post: (url: string, form = {}) => go('POST', url, form),
  }
}

async function newPayment(): Promise<{ id: string; secret: string }> {
  const { id } = await create(rooms, order(payable.accountId))
  const { url } = await ask(rooms, id, payable.user.id)
  return { id, secret: url.split('/l/')[1] ?? '' }
}

/** Through the door with BankID; answers the page's address. */
async function logIn(tab: ReturnType<typeof browser>, secret: string): Promise<string> {
  const bankId = await tab.press(await tab.get(`/l/${secret}`))
  const state = new URL(String(bankId.headers.location)).searchParams.get('state')
  const back = await tab.get(`/bankid/callback?code=c&state=${state}`)
  return String(back.headers.location)
}

test('from the link to the bank: door, BankID, payment, approval', async () => {
  const { id, secret } = await newPayment()
  const tab = browser()
  expect(await logIn(tab, secret)).toBe(`/p/${id}`)
  const page = await tab.get(`/p/${id}`)
  expect(page.body).toContain('NOK\u00a01,250.00')
  const answer = await tab.press(page)
  expect([answer.statusCode, answer.headers.location]).toEqual([303, 'https://bank.example/sca/1'])
  expect((await read(rooms, id)).state).toBe('awaiting_sca')
})

test('opening a link changes nothing, however often a mail scanner does it', async () => {
  const { id, secret } = await newPayment()
  const tables = ['page_session', 'bankid_login', 'state_change', 'audit_entry']
  const count = () =>
    rooms.owner(`select ${tables.map((name) => `(select count(*) from ${name}) as ${name}`).join(', ')}`)
  const before = await count()
  for (let i = 0; i < 3; i++) expect((await browser().get(`/l/${secret}`)).statusCode).toBe(200)
  await browser().get(`/p/${id}`)
  expect(await count()).toEqual(before)
})

test('without BankID there is no page, and its buttons do nothing', async () => {
  const { id, secret } = await newPayment()
  const tab = browser()
  const door = await tab.get(`/l/${secret}`)
  const csrf = /name="_csrf" value="([^"]+)"/.exec(door.body)?.[1] ?? ''
  for (const path of ['', '/back', '/document'])
    expect((await tab.get(`/p/${id}${path}`)).statusCode).toBe(403)
  for (const action of ['approve', 'decline']) {
    expect((await tab.post(`/p/${id}/${action}`, { _csrf: csrf })).statusCode).toBe(403)
  }
  expect((await read(rooms, id)).state).toBe('pending_approval')
})

test('a log-in is for one link: the page of another payment stays shut', async () => {
  const [mine, other] = [await newPayment(), await newPayment()]
  const tab = browser()
  await logIn(tab, mine.secret)
  expect((await tab.get(`/p/${other.id}`)).statusCode).toBe(403)
})

test('the cookie from before the log-in is worth nothing after it', async () => {
  const { id, secret } = await newPayment()
  const tab = browser()
  const bankId = await tab.press(await tab.get(`/l/${secret}`))
  const planted = tab.jar.get('kb_session') ?? ''
  await tab.get(
    `/bankid/callback?code=c&state=${new URL(String(bankId.headers.location)).searchParams.get('state')}`,
  )
  const thief = browser()
  thief.jar.set('kb_session', planted)
  expect((await thief.get(`/p/${id}`)).statusCode).toBe(403)
  expect((await tab.get(`/p/${id}`)).statusCode).toBe(200)
})

test('another person is told so, and sees nothing', async () => {
  const { secret } = await newPayment()
  rooms.bankId.person = ola
  const tab = browser()
  const bankId = await tab.press(await tab.get(`/l/${secret}`))
  const state = new URL(String(bankId.headers.location)).searchParams.get('state')
  const answer = await tab.get(`/bankid/callback?code=c&state=${state}`)
  expect(answer.statusCode).toBe(403)
  expect(answer.body).toContain('for another person')
  expect(answer.body).not.toContain('1,250')
})

test('a post without its token is refused', async () => {
  const { id, secret } = await newPayment()
  expect((await browser().post(`/l/${secret}/login`)).statusCode).toBe(403)
  const tab = browser()
  await logIn(tab, secret)
  expect((await tab.post(`/p/${id}/approve`)).statusCode).toBe(403)
  expect((await tab.post(`/p/${id}/approve`, { _csrf: 'forged' })).statusCode).toBe(403)
  expect((await read(rooms, id)).state).toBe('pending_approval')
})

test('a wrong link, page or button looks like what never was', async () => {
  const { id, secret } = await newPayment()
  const tab = browser()
  expect((await tab.get('/l/wrong')).statusCode).toBe(404)
  await logIn(tab, secret)
  const page = await tab.get(`/p/${id}`)
  const csrf = /name="_csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? ''
  for (const action of ['sign', 'constructor', 'toString']) {
    expect((await tab.post(`/p/${id}/${action}`, { _csrf: csrf })).statusCode).toBe(404)
  }
})

test('what came of an order that the bank did not take is on the page, not an error', async () => {
  const { id, secret } = await newPayment()
  const { submission } = rooms.bank
  rooms.bank.submission = new ConnectorFailure({ kind: 'outcome_unknown', detail: 'no answer' })
  const tab = browser()
  const answer = await tab.press(await tab.get(await logIn(tab, secret)))
  rooms.bank.submission = submission
  expect([answer.statusCode, answer.headers.location]).toEqual([303, `/p/${id}`])
  expect((await tab.get(`/p/${id}`)).body).toContain('Nothing has been paid')
})

test('pages are not kept, not framed, run nothing, and post only where they may', async () => {
  const { secret } = await newPayment()
  const { headers } = await browser().get(`/l/${secret}`)
  expect(headers['cache-control']).toBe('no-store')
  expect(headers['referrer-policy']).toBe('no-referrer')
  const policy = String(headers['content-security-policy'])
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("frame-ancestors 'none'")
  expect(policy).toContain("form-action 'self' https://bank.example https://bankid.example")
})

test('cookies are out of reach of scripts and of other sites', async () => {
  const { secret } = await newPayment()
  const tab = browser()
  const answer = await tab.press(await tab.get(`/l/${secret}`))
  expect(answer.cookies.find(({ name }) => name === 'kb_session')).toMatchObject({
    httpOnly: true,
    sameSite: 'Lax',
    path: '/',
  })
})
