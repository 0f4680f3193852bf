import { join } from 'node:path'
import { type Config, ConfigError, readConfig } from './config.ts'
import { openEmbedded } from './database/embedded.ts'
import { assertDatabaseKind, migrate } from './database/migrate.ts'
import { systemClock } from './domain/clock.ts'
import { allMoves } from './domain/machines.ts'
import { createGateway, type Gateway } from './gateway.ts'
import { createLogger } from './http/logging.ts'

const roles = ['api', 'worker', 'all', 'migrate'] as const
type Role = (typeof roles)[number]

type Database = { readonly appUrl: string; readonly ownerUrl: string | undefined; readonly embedded: boolean }

/** The database of the configuration, or an embedded one under the data directory. */
export async function findDatabase(config: Config): Promise<Database> {
  if (config.DATABASE_URL)
    return { appUrl: config.DATABASE_URL, ownerUrl: config.DATABASE_OWNER_URL, embedded: false }
  const { appUrl, ownerUrl } = await openEmbedded(join(config.KONTOBRO_DATA_DIR, 'database'))
  return { appUrl, ownerUrl, embedded: true }
}

async function migrateDatabase(config: Config, database: Database): Promise<readonly string[]> {
  if (!database.ownerUrl) throw new ConfigError('DATABASE_OWNER_URL is needed to migrate')
  const { applied } = await migrate({
    ownerUrl: database.ownerUrl,
    appUrl: database.appUrl,
    kind: config.KONTOBRO_KIND,
    transitions: allMoves,
    now: systemClock.now(),
  })
  return applied
}

/** Runs a role until it is told to stop. */
export async function run(role: Role, config: Config): Promise<void> {
  const log = createLogger({ level: config.LOG_LEVEL })
  const database = await findDatabase(config)
  // Outside production a start is one step; elsewhere `migrate` is a step of its own, with the owner's rights.
  if (role === 'migrate' || database.embedded) {
    const applied = await migrateDatabase(config, database)
    log.info({ applied }, 'the database is up to date')
    if (role === 'migrate') return
  }
  const publicUrl = config.PUBLIC_URL?.replace(/\/$/, '') ?? `http://${config.HOST}:${config.PORT}`
  const gateway = createGateway({ config, databaseUrl: database.appUrl, publicUrl, log })
  await assertDatabaseKind((text, values) => gateway.ports.db.lookup(text, values), config.KONTOBRO_KIND)
  const api = role === 'worker' ? null : await gateway.buildApi()
  const work = role === 'api' ? null : await gateway.startWork()
  if (api) await api.listen({ host: config.HOST, port: config.PORT })
  log.info({ role, address: api ? publicUrl : undefined }, 'ready')
  await untilStopped(log)
  // New requests are refused first, what runs is finished or handed back, and the database goes last.
  await api?.close()
  await work?.stop()
  await gateway.close()
}

function untilStopped(log: Gateway['ports']['log']): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        log.info({ signal }, 'stopping')
        resolve()
      })
    }
  })
}

if (import.meta.main) {
  const role = process.argv[2]
  if (!roles.includes(role as Role)) {
    process.stderr.write(`Usage: node src/main.ts ${roles.join('|')}\n`)
    process.exit(2)
  }
  try {
    await run(role as Role, readConfig())
    process.exit(0)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(2)
  }
}
