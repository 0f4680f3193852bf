import { z } from 'zod'
import { mainRoute } from '../../../connectors/institutions.ts'
import { defineRoute } from '../../define-route.ts'
import { page, pageOf, pageQuery, readCursor } from '../../paging.ts'

const institution = z
  .object({
    id: z.string(),
    name: z.string(),
    bic: z.string().nullable(),
    bbanPrefixes: z.array(z.string()).describe('First four digits of its account numbers.'),
    processors: z.array(z.string()).describe('Who handles the data between the bank and here.'),
    routes: z
      .array(z.object({ name: z.string(), processors: z.array(z.string()) }))
      .describe('The ways to the bank, the main one first: what is told beside is about that one.'),
    payments: z.boolean().describe('Whether payments can be made there.'),
    historyDays: z.int(),
    consentDaysMax: z.int(),
  })
  .meta({ id: 'Institution' })

export const listInstitutions = defineRoute({
  method: 'GET',
  path: '/v1/institutions',
  operationId: 'listInstitutions',
  summary: 'List the banks that can be connected',
  tag: 'institutions',
  scope: 'read',
  query: z.strictObject(pageQuery),
  answer: { status: 200, schema: page(institution) },
  problems: [],
  async handle({ ports, query }) {
    const cursor = readCursor(query.after, 'id')
    const rows = ports.registry
      .institutions()
      .filter((row) => !cursor || row.id > cursor.id)
      .toSorted((a, b) => (a.id < b.id ? -1 : 1))
      .map((row) => {
        const { manifest, payments } = ports.registry.connectorFor(row.id)
        const { historyDays, consentDaysMax } = manifest
        const { id, name, bic, bbanPrefixes, processors, otherRoutes } = row
        const others = Object.entries(otherRoutes).map(([route, way]) => ({
          name: route,
          processors: way.processors,
        }))
        return {
          id,
          name,
          bic,
          bbanPrefixes,
          processors,
          routes: [{ name: mainRoute, processors }, ...others],
          payments: payments !== undefined,
          historyDays,
          consentDaysMax,
        }
      })
    return pageOf(rows, query.limit, (row) => [row.id])
  },
})
