import type { FastifyReply, FastifyRequest } from 'fastify'
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client'

export type HttpMetrics = {
  observe(request: FastifyRequest, reply: FastifyReply): void
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
  return {
    observe(request, reply) {
      const route = request.routeOptions.url ?? 'unknown'
      duration.observe(
        { method: request.method, route, status: String(reply.statusCode) },
        reply.elapsedTime / 1000,
      )
    },
    async render() {
      return { contentType: register.contentType, text: await register.metrics() }
    },
  }
}
