import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Registry } from '../../src/connectors/registry.ts'
import { isRaw, type Route } from '../../src/http/define-route.ts'
import { routes } from '../../src/http/routes/index.ts'
import { type TestApi, type TestClient, testApi } from '../support/api.ts'
import { exampleBodies, examples } from './examples.ts'

const parametersOf = (route: Route) => [...route.path.matchAll(/:(\w+)/g)].map((match) => match[1] ?? '')
const isPublic = (name: string) => {
  const example = examples[name]
  return example !== undefined && typeof example !== 'function'
}
const owned = routes.filter((route) => parametersOf(route).some((name) => !isPublic(name)))
const lists = routes.filter((route) => route.method === 'GET' && parametersOf(route).length === 0)

/** What A sees of its resources. */
async function lookAround(): Promise<unknown[]> {
  const seen = []
  for (const route of owned) {
    if (route.method === 'GET' && !('mediaType' in route.answer)) seen.push((await ask(api.a, route)).body)
  }
  return seen
}

let api: TestApi
let seenBefore: unknown[]
const ids: Record<string, string> = {}
const addressOf = (route: Route) =>
  route.path.replaceAll(/:(\w+)/g, (_all, name: string) => ids[name] ?? name)

/** Asks for A's resource as `client`, with a body that would be fine. */
function ask(client: TestClient, route: Route) {
  const raw = isRaw(route.body) ? route.body : undefined
  const body = route.body && (raw ? Buffer.from('x') : exampleBodies[route.operationId])
  return client.request(route.method, addressOf(route), {
    ...(body === undefined ? {} : { body }),
    ...(raw ? { headers: { 'content-type': raw.mediaTypes[0] } } : {}),
  })
}

const noBanks: Registry = {
  institutions: () => [],
  institution: () => undefined,
  routesOf: () => [],
  connectorFor() {
    throw new Error('no bank is called here')
  },
  close: async () => {},
}

beforeAll(async () => {
  api = await testApi({ ports: () => ({ registry: noBanks }) })
  for (const name of new Set(owned.flatMap(parametersOf))) {
    const example = examples[name]
    if (!example) throw new Error(`test/http/examples.ts has no example of ${name}`)
    ids[name] = typeof example === 'function' ? await example(api) : example.public
  }
  seenBefore = await lookAround()
})
afterAll(() => api.close())

test('the list of operations on a resource is not empty', () => {
  expect(owned.length).toBeGreaterThan(3)
})

test.each(owned.filter((route) => route.method === 'GET'))(
  '$operationId: the owner sees it',
  async (route) => {
    const answer = await ask(api.a, route)
    expect(answer, JSON.stringify(answer.body)).toMatchObject({ status: route.answer.status })
  },
)

test.each(owned)("$operationId: with another client's key it is not there", async (route) => {
  if (route.body && !isRaw(route.body)) expect(exampleBodies).toHaveProperty(route.operationId)
  const answer = await ask(api.b, route)
  expect(answer, JSON.stringify(answer.body)).toMatchObject({ status: 404, body: { code: 'not_found' } })
})

test.each(owned)('$operationId: it looks like what never was', async (route) => {
  const strangers = await ask(api.b, route)
  const kept = { ...ids }
  for (const name of parametersOf(route)) ids[name] = `${ids[name]?.slice(0, 4)}${'0'.repeat(26)}`
  const never = await ask(api.b, route)
  const seen = JSON.stringify(never.body)
  const withoutIds = (text: string, from: Record<string, string>) =>
    Object.values(from).reduce((all, id) => all.replaceAll(id, 'ID'), text.replace(/req_\w+/, 'REQ'))
  expect(withoutIds(seen, ids)).toBe(withoutIds(JSON.stringify(strangers.body), kept))
  Object.assign(ids, kept)
})

test("all of that has changed nothing of the owner's", async () => {
  expect(await lookAround()).toEqual(seenBefore)
})

test.each(lists)("$operationId: holds nothing of another client's", async (route) => {
  const { status, body } = await api.b.get(route.path)
  expect(status, JSON.stringify(body)).toBe(200)
  const text = JSON.stringify(body)
  const seen = Object.entries(ids).filter(([name, id]) => !isPublic(name) && text.includes(id))
  expect(seen).toEqual([])
})

test.each(routes)('$operationId: needs a key', async (route) => {
  // An address of its own each time: one that tries many wrong keys is told to wait.
  const remoteAddress = `192.0.2.${routes.indexOf(route) % 250}`
  const answer = await api.app.inject({ method: route.method, url: addressOf(route), remoteAddress })
  expect(answer.statusCode).toBe(401)
  expect(answer.json()).toMatchObject({ code: 'unauthorized' })
})

test.each(routes.filter((route) => route.scope !== 'read'))(
  '$operationId: needs its scope',
  async (route) => {
    const reader = await api.a.withScopes(
      ...(route.scope === 'admin' ? (['write'] as const) : (['read'] as const)),
    )
    const answer = await reader.request(route.method, addressOf(route))
    expect(answer).toMatchObject({ status: 403, body: { code: 'scope_missing' } })
  },
)
