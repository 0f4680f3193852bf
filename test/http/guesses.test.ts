import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestApi, testApi } from '../support/api.ts'

let api: TestApi
beforeAll(async () => {
  api = await testApi()
})
afterAll(() => api.close())

test('wrong keys are counted by the address they come from, and right ones go on', async () => {
  const guess = (remoteAddress: string) =>
    api.app.inject({
      url: '/v1/companies',
      headers: { authorization: 'Bearer kb_test_guess' },
      remoteAddress,
    })
  const answers: number[] = []
  for (let i = 0; i < 62; i++) answers.push((await guess('203.0.113.9')).statusCode)
  expect(answers.slice(0, 60)).toEqual(Array(60).fill(401))
  expect(answers.slice(60)).toEqual([429, 429])
  expect((await guess('203.0.113.10')).statusCode).toBe(401)
  expect((await api.a.get('/v1/companies')).status).toBe(200)
})
