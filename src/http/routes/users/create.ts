import { createUser } from '../../../consent/users.ts'
import { defineRoute } from '../../define-route.ts'
import { newUser, user, userOf } from './schema.ts'

export const createUserRoute = defineRoute({
  method: 'POST',
  path: '/v1/users',
  operationId: 'createUser',
  summary: 'Name a person in a company',
  description: 'Whoever is to sign, consent or approve. They prove who they are with BankID, on our pages.',
  tag: 'users',
  scope: 'write',
  body: newUser,
  answer: { status: 201, schema: user },
  problems: ['not_found'],
  async handle({ tx, body, caller }) {
    const { mobile, birthdate, ...rest } = body
    return userOf(
      await createUser(tx, caller.actor, {
        ...rest,
        ...(mobile ? { mobile } : {}),
        ...(birthdate ? { birthdate } : {}),
      }),
    )
  },
})
