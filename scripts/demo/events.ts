import { until } from './api.ts'
import { hold, made, type Step } from './walk.ts'

type Event = {
  readonly id: string
  readonly type: string
  readonly resourceId: string
  readonly sequence: number
  readonly data: Readonly<Record<string, unknown>>
}
type Delivery = { readonly id: string; readonly state: string; readonly eventId: string }

const order: Step = {
  title: 'Events read in order',
  async run(walk) {
    const paymentId = made(walk, 'paymentId')
    const isLast = ({ type, resourceId, data }: Event) =>
      type === 'payment.state_changed' && resourceId === paymentId && data.to === 'settled'
    const events = await until('the settled payment in the feed', 10_000, async () => {
      const all = await walk.api.list<Event>('/v1/events')
      return all.some(isLast) ? all : undefined
    })
    const last = new Map<string, number>()
    for (const { id, type, resourceId, sequence } of events) {
      const expected = (last.get(resourceId) ?? 0) + 1
      hold(sequence === expected, `${type} ${id} is number ${sequence} of ${resourceId}, not ${expected}`)
      last.set(resourceId, sequence)
    }
    hold(new Set(events.map(({ id }) => id)).size === events.length, 'an event is in the feed twice')
    return `${events.length} events of ${last.size} resources, no gap`
  },
}

const webhooks: Step = {
  title: 'Webhooks delivered, signatures good',
  async run(walk) {
    const path = `/v1/webhookEndpoints/${made(walk, 'endpointId')}/deliveries`
    let seen = ''
    const deliveries = await until(
      'every webhook to be delivered',
      20_000,
      async () => {
        const rows = await walk.api.list<Delivery>(path)
        const open = rows.filter(({ state }) => state !== 'delivered')
        seen = `${open.length} of ${rows.length} ${open[0]?.state ?? ''}`
        return rows.length > 0 && open.length === 0 ? rows : undefined
      },
      () => seen,
    )
    const { received } = walk.receiver
    const bad = received.filter(({ signed }) => !signed)
    hold(bad.length === 0, `${bad.length} of ${received.length} webhooks have no good signature`)
    const got = new Set(received.map(({ event }) => event.id))
    const lost = deliveries.filter(({ eventId }) => !got.has(eventId))
    hold(lost.length === 0, `${lost.length} deliveries never came here`)
    return `${deliveries.length} delivered`
  },
}

/** What a client of the gateway hears of it all. */
export const eventSteps: readonly Step[] = [order, webhooks]
