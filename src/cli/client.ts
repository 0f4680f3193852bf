import { readConfig } from '../config.ts'
import { openDb } from '../db.ts'
import { newId } from '../domain/ids.ts'
import { clockOf } from '../gateway.ts'
import { createApiKey } from '../http/api-keys.ts'
import { findDatabase } from '../main.ts'
import { type Terminal, UsageError } from './command.ts'

/** `kontobro client create NAME`: makes an API client with its first key, and prints the key, once. */
export async function createClient(args: readonly string[], io: Terminal): Promise<number> {
  const [name] = args
  if (!name || args.length > 1) throw new UsageError('a name is needed')
  const config = readConfig()
  const kind = config.KONTOBRO_KIND
  const { appUrl } = await findDatabase(config)
  const clock = clockOf(config)
  const db = openDb({ url: appUrl, poolSize: 2, clock })
  try {
    const id = newId('client', clock.now())
    const secret = await db.forClient(id, async (tx) => {
      const mode = kind === 'live' ? 'live' : 'test'
      await tx.prisma.apiClient.create({ data: { id, name, mode, createdAt: tx.now } })
      const actor = { kind: 'operator', id: 'cli' } as const
      const made = await createApiKey(tx, kind, { name: 'first key', scopes: ['admin'], actor }, 'cli')
      return made.secret
    })
    io.out(`${JSON.stringify({ client: id, apiKey: secret })}\n`)
    return 0
  } finally {
    await db.close()
  }
}
