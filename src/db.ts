import { AsyncLocalStorage } from 'node:async_hooks'
import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import type { Clock } from './domain/clock.ts'
import { Prisma, PrismaClient } from './generated/client.ts'

export { Prisma }

/**
 * One transaction on behalf of one client: row level security sees nothing else. `prisma` and `sql` are the same
 * connection; `now` is the injected clock's time, taken once, so that everything written together says the same.
 */
export type Tx = {
  readonly prisma: Prisma.TransactionClient
  readonly sql: pg.PoolClient
  readonly clientId: string
  readonly now: Date
}

export type Db = {
  /** The only way to a client's rows. Commits when `work` returns, rolls back when it throws. */
  forClient<T>(clientId: string, work: (tx: Tx) => Promise<T>, options?: TxOptions): Promise<T>
  /** SECURITY DEFINER functions that find a client by a hash, or due work by its time. They return ids only. */
  lookup<Row extends pg.QueryResultRow>(text: string, values: unknown[]): Promise<Row[]>
  ping(): Promise<void>
  close(): Promise<void>
}

export type TxOptions = {
  /** Companies of other clients that this session was granted to read (partner apps). */
  readonly grantedCompanies?: readonly string[]
  readonly timeoutMs?: number
}

type Scope = { connection?: pg.PoolClient }

/** Remembers which connection a Prisma transaction took, so that bulk SQL can run on the same one. */
class ScopedPool extends pg.Pool {
  readonly #scope: AsyncLocalStorage<Scope>
  constructor(config: pg.PoolConfig, scope: AsyncLocalStorage<Scope>) {
    super(config)
    this.#scope = scope
  }
  override connect(): Promise<pg.PoolClient>
  override connect(
    callback: (
      error: Error | undefined,
      client: pg.PoolClient | undefined,
      done: (release?: unknown) => void,
    ) => void,
  ): void
  // biome-ignore lint/suspicious/noConfusingVoidType: the signature of pg's own overloads
  override connect(callback?: Parameters<pg.Pool['connect']>[0]): Promise<pg.PoolClient> | void {
    if (callback) return super.connect(callback)
    const scope = this.#scope.getStore()
    return super.connect().then((connection) => {
      if (scope && !scope.connection) scope.connection = connection
      return connection
    })
  }
}

/**
 * Opens the database as the app role. `poolSize` connections at most; a transaction that waits longer than 10 s for
 * one, or runs longer than its timeout (30 s), fails and rolls back.
 */
export function openDb(options: { url: string; poolSize: number; clock: Clock }): Db {
  const scope = new AsyncLocalStorage<Scope>()
  const pool = new ScopedPool(
    { connectionString: options.url, max: options.poolSize, keepAlive: true, application_name: 'kontobro' },
    scope,
  )
  // A connection that breaks while idle is replaced by the pool; without a listener the process would end.
  pool.on('error', () => {})
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) })

  return {
    forClient(clientId, work, { grantedCompanies = [], timeoutMs = 30_000 } = {}) {
      const own: Scope = {}
      return scope.run(own, () =>
        prisma.$transaction(
          async (transaction) => {
            await transaction.$executeRaw`select set_config('app.client_id', ${clientId}, true),
              set_config('app.granted_companies', ${`{${grantedCompanies.join(',')}}`}, true)`
            if (!own.connection) throw new Error('the transaction took no connection')
            return work({ prisma: transaction, sql: own.connection, clientId, now: options.clock.now() })
          },
          { maxWait: 10_000, timeout: timeoutMs },
        ),
      )
    },
    async lookup<Row extends pg.QueryResultRow>(text: string, values: unknown[]) {
      const result = await pool.query<Row>(text, values)
      return result.rows
    },
    async ping() {
      await pool.query('select 1')
    },
    async close() {
      await prisma.$disconnect()
      await pool.end()
    },
  }
}
