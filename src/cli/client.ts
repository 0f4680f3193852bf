import { readConfig } from '../config.ts'
import { newId } from '../domain/ids.ts'
import { createGateway } from '../gateway.ts'
import { createApiKey } from '../http/api-keys.ts'
import { findDatabase } from '../main.ts'
import { type Terminal, UsageError } from './command.ts'

/** `kontobro client create NAME`: makes an API client with its first key, and prints the key, once. */
export async function createClient(args: readonly string[], io: Terminal): Promise<number> {
  const [name] = args
  if (!name || args.length > 1) throw new UsageError('a name is needed')
  const config = readConfig()
  const database = await findDatabase(config)
  const gateway = createGateway({
    config,
    databaseUrl: database.appUrl,
    publicUrl: config.PUBLIC_URL ?? 'http://localhost',
  })
  try {
    const { db, clock, kind } = gateway.ports
    const id = newId('client', clock.now())
    const secret = await db.forClient(id, async (tx) => {
      await tx.prisma.apiClient.create({
        data: { id, name, mode: kind === 'live' ? 'live' : 'test', createdAt: tx.now },
      })
      const actor = { kind: 'operator', id: 'cli' } as const
      const made = await createApiKey(tx, kind, { name: 'first key', scopes: ['admin'], actor }, 'cli')
      return made.secret
    })
    io.out(`${JSON.stringify({ client: id, apiKey: secret })}\n`)
    return 0
  } finally {
    await gateway.close()
  }
}
