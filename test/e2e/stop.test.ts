import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { agreementSteps } from '../../scripts/demo/agreement.ts'
import { until } from '../../scripts/demo/api.ts'
import { consentSteps } from '../../scripts/demo/consent.ts'
import { runSteps } from '../../scripts/demo/run.ts'
import { made } from '../../scripts/demo/walk.ts'
import { startWorld, type World } from './support.ts'

let world: World | undefined
afterEach(async () => {
  await world?.close()
  world = undefined
})

type SyncJob = { readonly id: string; readonly state: string }

test('SIGTERM: what runs is finished or handed back, what was asked is answered', {
  timeout: 120_000,
}, async () => {
  const started = await startWorld(['api', 'worker'])
  world = started
  const { walk, stack } = started
  const [api, worker] = stack.gateway
  await runSteps(walk, agreementSteps)

  // The bank takes three seconds for some answers: reads run when the worker is told to end.
  await walk.control.fault('fjordbanken', 'slow', 4, { path: '/v1/accounts' })
  const reading = runSteps(walk, consentSteps)
  const syncs = () => walk.api.list<SyncJob>(`/v1/syncJobs?companyId=${made(walk, 'companyId')}`)
  await reading
  await until('a read to run', 15_000, async () =>
    (await syncs()).some(({ state }) => state === 'running') ? true : undefined,
  )
  expect(await worker?.kill('SIGTERM')).toEqual({ code: 0, signal: null })
  const held = await started.query('select kind from due_work where lease_until is not null')
  expect(held).toEqual([])

  // Half a request: it is still answered, and then the API ends.
  await walk.control.fault('fjordbanken', 'slow', 0)
  const answer = walk.api.post<{ id: string }>('/v1/companies', { organisationNumber: '313112004' })
  await sleep(1)
  const exit = api?.kill('SIGTERM')
  expect((await answer).id).toMatch(/^cmp_/)
  expect(await exit).toEqual({ code: 0, signal: null })

  await Promise.all(stack.gateway.map((child) => child.start()))
  await until('every account to be read', 15_000, async () => {
    const done = (await syncs()).filter(({ state }) => state.startsWith('succeeded'))
    return done.length >= 2 ? true : undefined
  })
  expect(started.errors()).toEqual([])
})
