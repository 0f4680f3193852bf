// Prisma's own PostgreSQL adapter, repaired where it fails under the schema engine (seen with adapter-pg 7.10.0):
//  1. `executeScript` splits at every semicolon, which breaks function bodies: sent whole, a script is also atomic.
//  2. With a connection string the "shadow database" is the real database: the parts are given one by one.
//  3. The shadow database is dropped before its pool ends, and so stays behind.
//  4. PostgreSQL's "char" type (oid 18) is unknown, although every introspection reads it.
//  5. The engine's advisory lock lives as long as its pool: see `withEngine`, which makes a pool per use.
import { randomUUID } from 'node:crypto'
import { PrismaPg } from '@prisma/adapter-pg'
import { ColumnTypeEnum, type SqlQuery } from '@prisma/driver-adapter-utils'
import pg from 'pg'

/** The parts of a PostgreSQL URL; never a connection string (repair 2). */
export type Server = {
  host: string
  port: number
  user: string
  password: string
  database: string
  ssl?: pg.ClientConfig['ssl']
}

type Adapter = Awaited<ReturnType<PrismaPg['connect']>>
type Answer = { fields: { dataTypeID: number }[] }
/** Members that the adapter's types declare private. */
type Inside = { performIO(query: SqlQuery): Promise<Answer>; onError(error: unknown): never }

const charOid = 18
const textOid = 25

export class MigrationAdapter extends PrismaPg {
  readonly #pool: pg.Pool
  readonly #server: Server

  constructor(pool: pg.Pool, server: Server) {
    super(pool)
    this.#pool = pool
    this.#server = server
  }

  override async connect(): Promise<Adapter> {
    return repaired(await super.connect())
  }

  override async connectToShadowDb(): Promise<Adapter> {
    const database = `kontobro_shadow_${randomUUID().replaceAll('-', '')}`
    await this.#pool.query(`create database "${database}" template template0`)
    const shadow = new pg.Pool({ ...this.#server, database, max: 1 })
    const adapter = repaired(await new PrismaPg(shadow).connect())
    adapter.dispose = async () => {
      await shadow.end()
      await this.#pool.query(`drop database if exists "${database}" with (force)`)
    }
    return adapter
  }
}

function repaired(adapter: Adapter): Adapter {
  const inside = adapter as unknown as Inside
  const performIO = inside.performIO.bind(inside)
  const charColumns = new WeakMap<SqlQuery, number[]>()
  inside.performIO = async (query) => {
    const answer = await performIO(query)
    const isChar = (field: { dataTypeID: number }) => field.dataTypeID === charOid
    charColumns.set(
      query,
      answer.fields.flatMap((field, column) => (isChar(field) ? [column] : [])),
    )
    const fields = answer.fields.map((field) => (isChar(field) ? { ...field, dataTypeID: textOid } : field))
    return { ...answer, fields }
  }
  const queryRaw = adapter.queryRaw.bind(adapter)
  adapter.queryRaw = async (query) => {
    const set = await queryRaw(query)
    const chars = charColumns.get(query) ?? []
    const columnTypes = set.columnTypes.map((type, i) =>
      chars.includes(i) ? ColumnTypeEnum.Character : type,
    )
    return { ...set, columnTypes }
  }
  adapter.executeScript = async (sql) => {
    try {
      await adapter.underlyingDriver().query(sql)
    } catch (error) {
      inside.onError(error)
    }
  }
  return adapter
}
