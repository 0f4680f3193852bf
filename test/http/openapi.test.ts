import { Validator } from '@seriousme/openapi-schema-validator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { problems } from '../../src/domain/problems.ts'
import type { OpenApiDocument } from '../../src/http/openapi.ts'
import { routes } from '../../src/http/routes/index.ts'
import { type TestApi, testApi } from '../support/api.ts'

let api: TestApi
let document: OpenApiDocument
beforeAll(async () => {
  api = await testApi()
  document = (await api.app.inject('/openapi.json')).json()
})
afterAll(() => api.close())

const braces = (path: string) => path.replaceAll(/:(\w+)/g, '{$1}')

test('the document is valid OpenAPI 3.1', async () => {
  const result = await new Validator().validate(structuredClone(document))
  expect(result.errors).toBeUndefined()
  expect(result.valid).toBe(true)
  expect(document.openapi).toBe('3.1.0')
})

test('every operation on the air is in it, and nothing else', () => {
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )
  const operations = described.filter((operation) => operation.includes(' /v1/'))
  const system = ['GET /health/live', 'GET /health/ready', 'GET /metrics']
  expect(described.filter((operation) => !operation.includes(' /v1/')).sort()).toEqual(system)
  expect(operations.sort()).toEqual(routes.map((route) => `${route.method} ${braces(route.path)}`).sort())
  for (const { method, path: url } of routes) expect(api.app.hasRoute({ method, url })).toBe(true)
})

test.each(routes)('$operationId: names its parameters, answer and problems', (route) => {
  const operation = document.paths[braces(route.path)]?.[route.method.toLowerCase()] as {
    parameters?: { in: string; name: string; required: boolean }[]
    responses: Record<string, { content?: Record<string, unknown> }>
  }
  const parameters = operation.parameters ?? []
  const inPath = parameters.filter((parameter) => parameter.in === 'path')
  expect(inPath.map((parameter) => parameter.name)).toEqual(
    [...route.path.matchAll(/:(\w+)/g)].map((match) => match[1]),
  )
  expect(parameters.some((parameter) => parameter.name === 'Idempotency-Key')).toBe(route.creates)
  expect(operation.responses).toHaveProperty(String(route.answer.status))
  const text = JSON.stringify(operation.responses)
  for (const code of route.problems) expect(text).toContain(`\`${code}\``)
})

test('every code of the error catalogue can be met', () => {
  const met = new Set<string>(routes.flatMap((route) => route.problems))
  expect(Object.keys(problems).filter((code) => !met.has(code))).toEqual([])
})

test('operation ids are unique', () => {
  const ids = routes.map((route) => route.operationId)
  expect(new Set(ids).size).toBe(ids.length)
})

test('money is described as it goes over the wire', () => {
  const { schemas } = document.components as { schemas: Record<string, unknown> }
  if (!('Money' in schemas)) return expect(JSON.stringify(document)).not.toContain('schemas/Money')
  expect(schemas.Money).toMatchObject({
    properties: { amount: { type: 'string' }, currency: { type: 'string' } },
  })
})

test('the readable form runs no inline script', async () => {
  const page = await api.app.inject('/docs/')
  expect(page.statusCode).toBe(200)
  expect(page.headers['content-security-policy']).toMatch(/script-src 'self'/)
  expect(page.headers['content-security-policy']).not.toMatch(/unsafe-inline|upgrade-insecure/)
  expect(page.body).not.toMatch(/<script>/)
  expect((await api.app.inject('/docs/json')).json()).toEqual(document)
})
