import { expect } from 'vitest'
import { equalRows } from '../../scripts/demo/statements.ts'
import { made, type Walk } from '../../scripts/demo/walk.ts'

type Row = { readonly id: string }
type Match = Row & { readonly transactionId: string; readonly openItemId: string | null }
type Payment = Row & { readonly endToEndId: string }

/** Whatever happened on the way: the path has left everything once. */
export async function expectNothingTwice(walk: Walk): Promise<void> {
  const companyId = made(walk, 'companyId')
  const ofCompany = <T extends Row>(resource: string) =>
    walk.api.list<T>(`/v1/${resource}?companyId=${companyId}`)
  expect((await walk.api.list('/v1/companies')).length).toBe(1)
  for (const resource of ['users', 'agreements', 'consents']) {
    expect((await ofCompany(resource)).length, resource).toBe(1)
  }
  expect((await ofCompany('openItems')).length).toBe(6)

  const matches = await ofCompany<Match>('matches')
  expect(matches.length).toBe(6)
  expect(new Set(matches.map(({ transactionId }) => transactionId)).size).toBe(6)
  expect(new Set(matches.map(({ openItemId }) => openItemId)).size).toBe(6)

  const payments = await ofCompany<Payment>('payments')
  expect(payments.length).toBe(1)
  const ledger = await walk.control.ledger()
  const atBank = ledger.banks
    .flatMap((bank) => bank.payments)
    .filter(({ endToEndId }) => endToEndId === payments[0]?.endToEndId)
  expect(atBank.reduce((sum, { executions }) => sum + executions, 0)).toBe(1)

  for (const account of made(walk, 'accounts')) {
    expect(await equalRows(walk, account), account.bban).toBeDefined()
  }
  await expectOneDeliveryPerEvent(walk)
}

async function expectOneDeliveryPerEvent(walk: Walk): Promise<void> {
  const path = `/v1/webhookEndpoints/${made(walk, 'endpointId')}/deliveries`
  const deliveries = await walk.api.list<{ eventId: string; state: string }>(path)
  const events = await walk.api.list<Row>('/v1/events')
  expect(deliveries.map(({ eventId }) => eventId).sort()).toEqual(events.map(({ id }) => id).sort())
  // A delivery that was cut off comes again, and is known by its id.
  const idsOf = new Map<string, Set<string>>()
  for (const { id, event } of walk.receiver.received) {
    idsOf.set(event.id, (idsOf.get(event.id) ?? new Set()).add(id))
  }
  for (const [eventId, ids] of idsOf) expect(ids.size, eventId).toBe(1)
}
