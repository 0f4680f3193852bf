import type { FastifyReply, FastifyRequest } from 'fastify'
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Ground } from '../ground.ts'

export type HttpMetrics = {
  observe(request: FastifyRequest, reply: FastifyReply): void
  /** Adds what the database knows of due work, asked when the page is. */
  watchWork(ground: Pick<Ground, 'db' | 'clock' | 'log'>): void
  /** Shows another registry's measurements on the same page. */
  include(other: Registry): void
  /** The page for Prometheus, and its content type. */
  render(): Promise<{ contentType: string; text: string }>
}

/** Counts and times answers by route, never by client: the page needs no key. */
export function createMetrics(): HttpMetrics {
  const register = new Registry()
  collectDefaultMetrics({ register })
  const duration = new Histogram({
    name: 'kontobro_http_request_duration_seconds',
    help: 'Time to answer a request.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [register],
  })
  const others: Registry[] = []
  let fill = async () => {}
  return {
    observe(request, reply) {
      const route = request.routeOptions.url ?? 'unknown'
      duration.observe(
        { method: request.method, route, status: String(reply.statusCode) },
        reply.elapsedTime / 1000,
      )
    },
    watchWork(ground) {
      fill = watchWork(register, ground)
    },
    include(other) {
      others.push(other)
    },
    async render() {
      await fill()
      const pages = await Promise.all([register, ...others].map((each) => each.metrics()))
      return { contentType: register.contentType, text: pages.join('\n') }
    },
  }
}

type Counts = { kind: string; parked: string; late: string; failing: string }

const workStates = {
  parked: 'Work that rests until somebody acts.',
  late: 'Work that is due for more than five minutes and that nobody runs.',
  failing: 'Work that failed and is tried again.',
} as const

/** Gauges of due work, and what fills them. A database that is away leaves them empty; the rest of the page is shown. */
function watchWork(register: Registry, { db, clock, log }: Pick<Ground, 'db' | 'clock' | 'log'>) {
  const gauges = (Object.keys(workStates) as (keyof typeof workStates)[]).map((name) => ({
    name,
    gauge: new Gauge({
      name: `kontobro_due_work_${name}`,
      help: workStates[name],
      labelNames: ['kind'],
      registers: [register],
    }),
  }))
  return async () => {
    for (const { gauge } of gauges) gauge.reset()
    try {
      const rows = await db.lookup<Counts>('select * from due_work_counts($1)', [clock.now()])
      for (const row of rows) {
        for (const { name, gauge } of gauges) gauge.set({ kind: row.kind }, Number(row[name]))
      }
    } catch (error) {
      log.warn({ err: error }, 'due work could not be counted')
    }
  }
}
