import { z } from 'zod'
import { notFound } from '../../../domain/problems.ts'
import { defineRoute } from '../../define-route.ts'
import { id } from '../../wire.ts'
import { match, matchOf } from './schema.ts'

export const getMatch = defineRoute({
  method: 'GET',
  path: '/v1/matches/:matchId',
  operationId: 'getMatch',
  summary: 'Read a match and its reason',
  tag: 'matches',
  scope: 'read',
  params: z.object({ matchId: id('match') }),
  answer: { status: 200, schema: match },
  problems: [],
  async handle({ tx, params }) {
    const row = await tx.prisma.match.findUnique({ where: { id: params.matchId } })
    if (!row) throw notFound('match', params.matchId)
    return matchOf(row)
  },
})
