import { AsyncLocalStorage } from 'node:async_hooks'
import { hash } from 'node:crypto'
import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { type Single, singles } from './db/single.ts'
import type { Clock } from './domain/clock.ts'
import { Prisma, PrismaClient } from './generated/client.ts'

export { Prisma }

/** SQL with `$1` parameters inside one transaction. */
export type Sql = {
  /** @throws TransactionEnded once the transaction is over, by whatever end: nothing was sent then. */
  query<Row extends pg.QueryResultRow = pg.QueryResultRow>(
    text: string,
    values?: unknown[],
  ): Promise<pg.QueryResult<Row>>
}

/** What the work of a transaction gets. */
export type TxSql = Sql & {
  /**
   * Several statements in one message, without parameters, of which one is `copy … from stdin`: it gets `input`, in
   * COPY's text format.
   * @throws TransactionEnded
   */
  copy(statements: string, input: Buffer): Promise<void>
}

/** The work of a transaction went on after the transaction had ended: its connection is somebody else's by now. */
export class TransactionEnded extends Error {
  override readonly name = 'TransactionEnded'
  constructor() {
    super('the transaction has ended: nothing was sent to the database')
  }
}

/**
 * One transaction on behalf of one client: row level security sees nothing else. `prisma` and `sql` are the same
 * connection; `now` is the injected clock's time, taken once, so that everything written together says the same.
 */
export type Tx = {
  readonly prisma: Prisma.TransactionClient
  readonly sql: TxSql
  readonly clientId: string
  readonly now: Date
}

export type Db = {
  /** The only way to a client's rows. Commits when `work` returns, rolls back when it throws. */
  forClient<T>(clientId: string, work: (tx: Tx) => Promise<T>, options?: TxOptions): Promise<T>
  /**
   * One short transaction for one client on connections kept for this alone: leases are renewed also while all others
   * are busy.
   */
  forLease<T>(clientId: string, work: (sql: Sql) => Promise<T>): Promise<T>
  readonly single: Single
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

type Scope = {
  connection?: pg.PoolClient
  /** Statements that go with the one by which Prisma begins the transaction: whose it is. */
  readonly settings: string
  begun: boolean
  ended: boolean
}

/** The statement by which Prisma begins a transaction. */
const beginsTransaction = /^\s*begin\s*;?\s*$/i

/** The statements by which Prisma ends a transaction; a return to a savepoint ends none. */
const endsTransaction = /^\s*(commit|rollback)\s*;?\s*$/i

/**
 * Sends the scope's settings in one message with the beginning, and marks the scope as ended as soon as Prisma ends its
 * transaction or gives the connection back. Prisma does so by itself when the time is up, while the work of the
 * transaction still runs.
 */
function watch(scope: Scope, connection: pg.PoolClient): void {
  const { query, release } = connection
  const own: Pick<pg.PoolClient, 'release'> & { query: (...args: unknown[]) => unknown } = {
    query(...args) {
      const [first] = args
      const text = typeof first === 'string' ? first : (first as { text?: unknown } | null)?.text
      if (typeof text === 'string' && endsTransaction.test(text)) scope.ended = true
      if (typeof text !== 'string' || scope.begun || !beginsTransaction.test(text)) {
        return Reflect.apply(query, connection, args)
      }
      scope.begun = true
      return Reflect.apply(query, connection, [`begin; ${scope.settings}`])
    },
    release(error) {
      scope.ended = true
      connection.query = query
      release.call(connection, error)
    },
  }
  Object.assign(connection, own)
}

/** Statements that a connection keeps prepared, at most: what is made up anew each time must not fill the server. */
const mostPrepared = 400
/** What gives all columns cannot stay prepared: it fails where a migration adds one meanwhile. */
const allColumns = /select\s+\*(?!\s+from\s+unnest)|\w\.\*/i
const names = new Map<string, string>()

/**
 * The name under which a statement stays prepared on its connection; empty for one that does not. PostgreSQL plans a
 * short statement several times as long as it runs it, the more so under row level security.
 */
function preparedName(text: string, parameters: number): string {
  if (parameters === 0 || allColumns.test(text)) return ''
  const known = names.get(text)
  if (known !== undefined || names.size >= mostPrepared) return known ?? ''
  const name = `kontobro_${hash('sha256', text).slice(0, 32)}`
  names.set(text, name)
  return name
}

const prepared = (text: string, values: unknown[] = []): pg.QueryConfig => {
  const name = preparedName(text, values.length)
  return name === '' ? { text, values } : { name, text, values }
}

/** What the work of a transaction gets instead of the connection, which outlives it. */
function sqlOf(scope: Scope, connection: pg.PoolClient): TxSql {
  return {
    async query<Row extends pg.QueryResultRow>(text: string, values?: unknown[]) {
      if (scope.ended) throw new TransactionEnded()
      return connection.query<Row>(prepared(text, values))
    },
    async copy(statements, input) {
      if (scope.ended) throw new TransactionEnded()
      return copyIn(connection, statements, input)
    },
  }
}

type CopyWire = { sendCopyFromChunk(chunk: Buffer): void; endCopyFrom(): void }

/** `pg` leaves COPY to its users: this answers the server's wish for rows. */
function copyIn(connection: pg.PoolClient, statements: string, input: Buffer): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const query = Object.assign(new pg.Query(statements), {
    handleCopyInResponse(wire: CopyWire) {
      wire.sendCopyFromChunk(input)
      wire.endCopyFrom()
    },
  })
  query.on('end', () => resolve())
  query.on('error', reject)
  connection.query(query)
  return promise
}

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
  override connect(callback?: Parameters<pg.Pool['connect']>[0]): unknown {
    if (callback) return super.connect(callback)
    const scope = this.#scope.getStore()
    return super.connect().then((connection) => {
      if (scope && !scope.connection) {
        scope.connection = connection
        watch(scope, connection)
      }
      return connection
    })
  }
}

const leaseTimeoutMs = 5_000

/** `forLease` on a pool of its own, of two connections at most, opened when they are needed. */
function openLeases(url: string): Pick<Db, 'forLease' | 'close'> {
  const pool = new pg.Pool({
    connectionString: url,
    max: 2,
    keepAlive: true,
    connectionTimeoutMillis: leaseTimeoutMs,
    application_name: 'kontobro-leases',
  })
  pool.on('error', () => {})
  return {
    async forLease(clientId, work) {
      const connection = await pool.connect()
      let broken = true
      try {
        await connection.query('begin')
        await connection.query(
          `select set_config('app.client_id', $1, true), set_config('statement_timeout', $2, true)`,
          [clientId, String(leaseTimeoutMs)],
        )
        const done = await work(connection)
        await connection.query('commit')
        broken = false
        return done
      } finally {
        // What failed is closed rather than rolled back: the server does that.
        connection.release(broken)
      }
    },
    close: () => pool.end(),
  }
}

/**
 * Opens the database as the app role. `poolSize` connections at most, and two for leases; a transaction that waits
 * longer than 10 s for one, or runs longer than its timeout (30 s), fails and rolls back.
 */
export function openDb(options: { url: string; poolSize: number; clock: Clock }): Db {
  const scope = new AsyncLocalStorage<Scope>()
  const pool = new ScopedPool(
    { connectionString: options.url, max: options.poolSize, keepAlive: true, application_name: 'kontobro' },
    scope,
  )
  // A connection that breaks while idle is replaced by the pool; without a listener the process would end.
  pool.on('error', () => {})
  const statementNameGenerator = ({ sql, args }: { sql: string; args: unknown[] }) =>
    preparedName(sql, args.length)
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool, { statementNameGenerator }) })
  const leases = openLeases(options.url)

  return {
    forClient(clientId, work, { grantedCompanies = [], timeoutMs = 30_000 } = {}) {
      const granted = `{${grantedCompanies.join(',')}}`
      // A statement that outlives its transaction would keep the rollback waiting, and the connection.
      const settings = `select set_config('app.client_id', ${pg.escapeLiteral(clientId)}, true),
        set_config('app.granted_companies', ${pg.escapeLiteral(granted)}, true),
        set_config('statement_timeout', ${pg.escapeLiteral(String(timeoutMs))}, true)`
      const own: Scope = { settings, begun: false, ended: false }
      return scope.run(own, () =>
        prisma.$transaction(
          async (transaction) => {
            // Without its settings a transaction would see nothing; it would not be the one that was asked for either.
            if (!own.connection || !own.begun) throw new Error("the transaction is not the client's own")
            const sql = sqlOf(own, own.connection)
            return work({ prisma: transaction, sql, clientId, now: options.clock.now() })
          },
          { maxWait: 10_000, timeout: timeoutMs },
        ),
      )
    },
    forLease: leases.forLease,
    single: singles(pool),
    async lookup<Row extends pg.QueryResultRow>(text: string, values: unknown[]) {
      const result = await pool.query<Row>(prepared(text, values))
      return result.rows
    },
    async ping() {
      await pool.query('select 1')
    },
    async close() {
      await prisma.$disconnect()
      await Promise.all([pool.end(), leases.close()])
    },
  }
}
