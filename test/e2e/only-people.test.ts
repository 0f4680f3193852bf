import { afterAll, beforeAll, expect, test } from 'vitest'
import { agreementSteps } from '../../scripts/demo/agreement.ts'
import { ApiProblem } from '../../scripts/demo/api.ts'
import { openBrowser } from '../../scripts/demo/browser.ts'
import { consentSteps } from '../../scripts/demo/consent.ts'
import { paymentSteps } from '../../scripts/demo/payment.ts'
import { runSteps } from '../../scripts/demo/run.ts'
import { made } from '../../scripts/demo/walk.ts'
import { startWorld, type World } from './support.ts'

let world: World
beforeAll(async () => {
  world = await startWorld(['all'])
}, 60_000)
afterAll(() => world.close())

type State = { readonly state: string }
type Asked = { readonly id: string; readonly url: string }

/** Every address of a page that shows or does something for a person, with the key of the API instead of a session. */
async function knockEverywhere(subjectId: string, link: string | undefined): Promise<string[]> {
  const { api } = world.walk
  const places = ['', '/back', '/document', '/sign', '/consent', '/approve', '/decline']
  const addresses = places.map((place) => `/p/${subjectId}${place}`)
  const doors = link ? [`${new URL(link).pathname}/login`] : []
  const opened: string[] = []
  for (const method of ['GET', 'POST', 'PUT', 'DELETE']) {
    for (const address of [...addresses, ...doors, '/bankid/callback?code=1&state=1']) {
      const form =
        method === 'GET' || method === 'DELETE' ? {} : { body: new URLSearchParams({ shown: 'x' }) }
      const answer = await fetch(`${api.origin}${address}`, {
        method,
        headers: { authorization: `Bearer ${api.key}` },
        redirect: 'manual',
        ...form,
      })
      if (answer.status < 400) opened.push(`${method} ${address}: ${answer.status}`)
    }
  }
  return opened
}

/** Names that an operation for it might have. */
async function guess(path: string, words: readonly string[]): Promise<string[]> {
  const done: string[] = []
  for (const word of words) {
    try {
      await world.walk.api.post(`${path}/${word}`, {})
      done.push(word)
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.status !== 404) done.push(`${word}: ${String(error)}`)
    }
  }
  return done
}

test('an API key cannot sign', { timeout: 60_000 }, async () => {
  const { walk } = world
  await runSteps(walk, agreementSteps.slice(0, 5))
  const id = made(walk, 'agreementId')
  const link = (await walk.control.mailbox()).flatMap(({ links }) => links).find((one) => one.includes('/l/'))
  expect(await knockEverywhere(id, link)).toEqual([])
  expect(await guess(`/v1/agreements/${id}`, ['sign', 'signatures', 'activate', 'approve'])).toEqual([])
  expect((await walk.api.get<State>(`/v1/agreements/${id}`)).state).toBe('sent')
})

test('an API key cannot consent', { timeout: 60_000 }, async () => {
  const { walk } = world
  await runSteps(walk, agreementSteps.slice(5))
  const body = {
    companyId: made(walk, 'companyId'),
    userId: made(walk, 'userId'),
    institutionId: 'fjordbanken',
  }
  const asked = await walk.api.post<Asked>('/v1/consents', body)
  expect(await knockEverywhere(asked.id, asked.url)).toEqual([])
  expect(await guess(`/v1/consents/${asked.id}`, ['authorise', 'consent', 'approve', 'begin'])).toEqual([])
  expect((await walk.api.get<State>(`/v1/consents/${asked.id}`)).state).toBe('created')
})

test('an API key cannot approve a payment, and asking a person approves nothing', {
  timeout: 60_000,
}, async () => {
  const { walk } = world
  await runSteps(walk, [...consentSteps, ...paymentSteps.slice(0, 1)])
  const id = made(walk, 'paymentId')
  const path = `/v1/payments/${id}`
  const asked = await walk.api.post<Asked>(`${path}/approvals`, { userId: made(walk, 'userId') })
  expect(await knockEverywhere(id, asked.url)).toEqual([])
  expect(await guess(path, ['approve', 'submit', 'execute', 'sign'])).toEqual([])
  // The link leads to a door; behind it is BankID.
  const door = await openBrowser().open(asked.url)
  expect(door.html).not.toContain('/approve')
  expect((await walk.api.get<State>(path)).state).toBe('pending_approval')
  const ledger = await walk.control.ledger()
  expect(ledger.banks.flatMap((bank) => bank.payments)).toEqual([])
})
