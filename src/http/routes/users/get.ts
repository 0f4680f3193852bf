import { z } from 'zod'
import { getUser } from '../../../consent/users.ts'
import { defineRoute } from '../../define-route.ts'
import { id } from '../../wire.ts'
import { user, userOf } from './schema.ts'

export const getUserRoute = defineRoute({
  method: 'GET',
  path: '/v1/users/:userId',
  operationId: 'getUser',
  summary: 'Read a person of a company',
  tag: 'users',
  scope: 'read',
  params: z.object({ userId: id('user') }),
  answer: { status: 200, schema: user },
  problems: [],
  async handle({ tx, params }) {
    return userOf(await getUser(tx, params.userId))
  },
})
