import { z } from 'zod'
import { type Scope, scopes } from '../../define-route.ts'
import { id, instant } from '../../wire.ts'

export const apiKeyScopes = z
  .array(z.enum(scopes))
  .min(1)
  .describe('`admin` may write, and `write` may read.')

export const apiKey = z
  .object({
    id: id('apiKey'),
    name: z.string(),
    hint: z.string().describe('The last four characters of the secret.'),
    scopes: apiKeyScopes,
    createdAt: instant,
    revokedAt: instant.nullable(),
  })
  .meta({ id: 'ApiKey' })

type Row = {
  readonly id: string
  readonly name: string
  readonly hint: string
  readonly scopes: string[]
  readonly createdAt: Date
  readonly revokedAt: Date | null
}

export function apiKeyOf(row: Row): z.output<typeof apiKey> {
  const { id, name, hint, createdAt, revokedAt } = row
  return { id, name, hint, scopes: row.scopes as Scope[], createdAt, revokedAt }
}
