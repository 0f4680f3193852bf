import { z } from 'zod'
import { recordAudit } from '../../../audit/record.ts'
import { notFound } from '../../../domain/problems.ts'
import { defineRoute } from '../../define-route.ts'
import { id } from '../../wire.ts'
import { apiKey, apiKeyOf } from './schema.ts'

export const revokeApiKey = defineRoute({
  method: 'POST',
  path: '/v1/apiKeys/:apiKeyId/revoke',
  operationId: 'revokeApiKey',
  summary: 'Revoke an API key',
  description: 'From then on no request with it is answered. Revoking again changes nothing.',
  tag: 'apiKeys',
  scope: 'admin',
  creates: false,
  params: z.object({ apiKeyId: id('apiKey') }),
  answer: { status: 200, schema: apiKey },
  problems: [],
  async handle({ tx, params, caller, requestId }) {
    const where = { id: params.apiKeyId }
    const revoked = await tx.prisma.apiKey.updateMany({
      where: { ...where, revokedAt: null },
      data: { revokedAt: tx.now },
    })
    const row = await tx.prisma.apiKey.findUnique({ where })
    if (!row) throw notFound('API key', params.apiKeyId)
    if (revoked.count > 0) {
      await recordAudit(tx, {
        actor: caller.actor,
        action: 'api_key.revoke',
        resourceType: 'api_key',
        resourceId: row.id,
        companyId: null,
        requestId,
      })
    }
    return apiKeyOf(row)
  },
})
