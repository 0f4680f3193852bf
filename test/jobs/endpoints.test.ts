import { expect, it } from 'vitest'
import { endpoints } from '../../src/jobs/webhook-deliver/endpoints.ts'

it('an endpoint that does not answer gets one attempt at a time and rests; others are not held up', () => {
  let now = 0
  const places = endpoints(
    () => now,
    () => 0,
  )
  // At first it looks like any other.
  for (let i = 0; i < 4; i++) expect(places.enter('dead')).toBeNull()
  expect(places.enter('dead')).toBeGreaterThan(0)
  expect(places.enter('alive')).toBeNull()
  now = 10_000
  for (let i = 0; i < 4; i++) places.leave('dead', false)
  const rest = places.enter('dead') ?? 0
  expect(rest).toBeGreaterThanOrEqual(5_000)
  now += rest
  expect(places.enter('dead')).toBeNull()
  expect(places.enter('dead')).toBeGreaterThanOrEqual(5_000)
  // One answer, and it is as good as any.
  places.leave('dead', true)
  for (let i = 0; i < 4; i++) expect(places.enter('dead')).toBeNull()
})
