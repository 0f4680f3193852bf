import { readFileSync } from 'node:fs'
import helmet from '@fastify/helmet'
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { assertDatabaseKind } from '../database/stamp.ts'
import type { Route } from './define-route.ts'
import type { HttpMetrics } from './metrics.ts'
import { openApiOf } from './openapi.ts'
import type { HttpPorts } from './ports.ts'

const { version } = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')))

/** What needs no key: health, metrics, the description of the API, and its readable form. */
export async function mountSystem(
  app: FastifyInstance,
  ports: HttpPorts,
  routes: readonly Route[],
  metrics: HttpMetrics,
): Promise<void> {
  const document = openApiOf(routes, { version, serverUrl: ports.publicUrl })
  await app.register(helmet, { contentSecurityPolicy: false })

  app.get('/health/live', async () => ({ status: 'ok' }))
  app.get('/health/ready', async (request, reply) => {
    const reason = await whyNotReady(ports)
    if (reason === null) return { status: 'ok' }
    request.log.warn({ reason }, 'not ready')
    return reply.code(503).send({ status: 'not_ready', reason })
  })
  metrics.watchWork(ports)
  if (ports.bankCalls) metrics.include(ports.bankCalls)
  app.get('/metrics', async (_request, reply) => {
    const { contentType, text } = await metrics.render()
    return reply.type(contentType).send(text)
  })
  app.get('/openapi.json', async () => document)

  await app.register(swagger, { mode: 'static', specification: { document: document as never } })
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: true,
    // Without TLS in front (a sandbox) this directive would make the page ask for what is not there.
    transformStaticCSP: (policy) => policy.replace(/upgrade-insecure-requests;?/, ''),
    // Without the bar of the tool that draws the page.
    uiConfig: { docExpansion: 'list', persistAuthorization: false, layout: 'BaseLayout' },
    theme: { title: 'Kontobro API' },
  })
}

/** Ready: the database answers, was migrated, and is of the kind that this process was started as. */
async function whyNotReady(
  ports: HttpPorts,
): Promise<'database_unreachable' | 'database_not_migrated' | null> {
  try {
    await ports.db.ping()
  } catch {
    return 'database_unreachable'
  }
  try {
    await assertDatabaseKind((text, values) => ports.db.lookup(text, values), ports.kind)
    return null
  } catch {
    return 'database_not_migrated'
  }
}
